// Each finding of the doctor that an API server and Cilium's operator can provoke, on the real ones. Pods are simulated: agents do not run here.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { runDoctor } from "../../commands/lib/doctor.ts";
import { loadBalancerObjects } from "../../components/cilium/loadBalancer/objects.ts";
import type { Diagnosis } from "../../components/doctor/examine.ts";
import type { IpPool } from "../../components/inputs/loadBalancerArgs.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { createManifest } from "../../components/kubernetes/manifest.ts";
import { createPlan } from "../../components/plan.ts";
import { supportedMinor } from "../../components/versions/supported.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { builtReleases } from "../harness/ciliumPrograms.ts";
import { Cluster, eventually, type Operator } from "../harness/cluster.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const folder = mkdtempSync(join(tmpdir(), "doctor-"));
after(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the doctor as the command does. The addresses of this bench are on no network. */
async function diagnose(kubeconfig: string, ...args: string[]): Promise<Diagnosis> {
  const result = await runDoctor(
    { args: ["--kubeconfig", kubeconfig, "--no-network", "--json", ...args], name: "doctor", folder: "/" },
    { colors: false },
  );
  assert.equal(result.error, "");
  const diagnosis = JSON.parse(result.output) as Diagnosis;
  assert.equal(result.status, diagnosis.findings.length === 0 ? 0 : 1);
  return diagnosis;
}

const stateOf = ({ services }: Diagnosis, service: string, step: string) =>
  services.find((each) => each.service === `default/${service}`)?.steps.find((each) => each.step === step)?.state;

for (const release of builtReleases) {
  describe(`the doctor with the operator of Cilium ${release}`, () => {
    const exported = createPlan({ ...devStack, ...chartArgs(release) });
    const crds = readGatewayApiCrds(supportedMinor(release).gatewayApi);
    let cluster: Cluster;
    let operator: Operator;
    let beforeOperator: Diagnosis | undefined;

    before(async () => {
      cluster = await Cluster.start();
      cluster.apply(crds);
      cluster.apply(exported.manifest.yaml);
      cluster.startNodes("node-1", "node-2");
      // Its pod is ready, as those of an operator that has not become the leader yet.
      await eventually(
        async () => {
          beforeOperator = await diagnose(cluster.kubeconfig);
          // Controllers count the pods that became ready a moment later.
          return !beforeOperator.findings.some(({ rule }) => rule.endsWith("-not-ready") || rule === "rollout-unfinished");
        },
        () => `the pods do not become ready: ${JSON.stringify(beforeOperator?.findings)}`,
        60,
      );
      operator = await cluster.startOperator();
      const isReady = async () => (await diagnose(cluster.kubeconfig)).findings.length === 0;
      await eventually(isReady, "the cluster does not become healthy", 90);
    });
    after(() => cluster.stop());
    afterEach(() => {
      const kinds = ["services", "endpointslices", "gateways", "ciliumloadbalancerippools", "ciliuml2announcementpolicies"];
      for (const kind of kinds) cluster.kubectl(["delete", kind, "--all", "--namespace", "default"]);
    });

    function kubectl(...args: string[]): void {
      const { ok, output } = cluster.kubectl(args);
      assert(ok, output);
    }
    /** Restarts the operator, which reads its settings when it starts. */
    async function restartOperator(settings: Readonly<Record<string, string>> = {}): Promise<void> {
      await operator.stop();
      const patch = JSON.stringify({ data: settings });
      kubectl("--namespace", "kube-system", "patch", "configmap", "cilium-config", "--patch", patch);
      operator = await cluster.startOperator();
    }
    function applyService(name: string, { labels = {}, annotations = {}, ...spec }: Record<string, unknown> = {}): void {
      const metadata = { name, labels, annotations };
      const ports = [{ port: 80 }];
      cluster.apply(
        JSON.stringify({ apiVersion: "v1", kind: "Service", metadata, spec: { type: "LoadBalancer", ports, ...spec } }),
      );
      const slice = {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name, labels: { "kubernetes.io/service-name": name } },
        addressType: "IPv4",
        ports: [],
        endpoints: [{ addresses: ["10.244.0.9"], nodeName: "node-1" }],
      };
      cluster.apply(JSON.stringify(slice));
    }
    /** Applies pools, each for the Services that are labelled with its name. */
    function applyPools(...pools: readonly IpPool[]): void {
      const ipPools = pools.map((pool) => ({ ...pool, serviceSelector: { matchLabels: { pool: pool.name } } }));
      cluster.apply(createManifest(loadBalancerObjects(resolveSettings({ loadBalancer: { ipPools } }))).yaml);
    }
    /** Waits until the first finding about a Service is of this rule. Returns its problem. */
    async function firstIs(rule: string, service?: string): Promise<string> {
      let first: Diagnosis["findings"][number] | undefined;
      await eventually(
        async () => {
          [first] = (await diagnose(cluster.kubeconfig, ...(service === undefined ? [] : [service]))).findings;
          return first?.rule === rule;
        },
        () => `the first finding is not ${rule}: ${JSON.stringify(first)}`,
        40,
      );
      return first?.problem ?? "";
    }

    test("before an operator works, that is the first finding; kinds that are not registered follow from it", async () => {
      const rules = beforeOperator?.findings.map(({ rule }) => rule);
      // No operator has accepted the class either.
      assert.deepEqual(rules, ["operator-not-leading", "gateway-class-not-accepted"]);

      kubectl("delete", "crd", "ciliumloadbalancerippools.cilium.io");
      assert.equal(await firstIs("kinds-missing"), "the API server does not know CiliumLoadBalancerIPPool");
      // What the doctor advises.
      await restartOperator();
      await eventually(
        async () => (await diagnose(cluster.kubeconfig)).findings.length === 0,
        "the kind is not registered again",
        60,
      );
    });

    test("a cluster as it was installed has no finding, and no difference from its manifest", async () => {
      const manifest = join(folder, `${release}.yaml`);
      writeFileSync(manifest, exported.manifest.yaml);
      const { findings, notLookedAt, cluster: steps } = await diagnose(cluster.kubeconfig, "--manifest", manifest);
      assert.deepEqual([findings, notLookedAt], [[], []]);
      assert.deepEqual(new Set(steps.map(({ state }) => state)), new Set(["ok"]));

      kubectl(
        "--namespace",
        "kube-system",
        "patch",
        "configmap",
        "cilium-config",
        "--patch",
        '{"data":{"routing-mode":"tunnel"}}',
      );
      kubectl("--namespace", "kube-system", "delete", "service,configmap", "--selector", "k8s-app=cilium-envoy");
      const drift = (await diagnose(cluster.kubeconfig, "--manifest", manifest)).findings.map(
        ({ rule, problem }) => `${rule} ${problem}`,
      );
      assert(drift.includes("object-changed ConfigMap kube-system/cilium-config: data.routing-mode"), drift.join("\n"));
      kubectl("--namespace", "kube-system", "delete", "serviceaccount", "cilium-envoy");
      assert.match(
        (await diagnose(cluster.kubeconfig, "--manifest", manifest)).findings[0]?.problem ?? "",
        /ServiceAccount kube-system\/cilium-envoy/,
      );
      cluster.apply(exported.manifest.yaml);
      assert.deepEqual((await diagnose(cluster.kubeconfig, "--manifest", manifest)).findings, []);
    });

    test("why a Service has no address, by the reasons that the operator gives", async () => {
      applyService("early");
      assert.equal(await firstIs("no-pool", "early"), "there is no CiliumLoadBalancerIPPool");

      applyPools(
        { name: "a", blocks: [{ cidr: "10.1.0.0/30" }] },
        { name: "off", blocks: [{ cidr: "10.2.0.0/30" }], disabled: true },
      );
      assert.match(await firstIs("no-pool-fits", "early"), /a selects \{"matchLabels":\{"pool":"a"\}\}/);
      applyService("disabled", { labels: { pool: "off" } });
      assert.match(await firstIs("pool-disabled", "disabled"), /pool off is disabled/);
      applyService("six", { labels: { pool: "six" } });
      applyPools({ name: "six", blocks: [{ cidr: "fd00::/120" }] });
      assert.match(await firstIs("no-pool-of-family", "six"), /addresses of IPv4: pool six/);

      applyPools({ name: "one", blocks: [{ start: "10.3.0.1" }] });
      applyService("one-1", { labels: { pool: "one" } });
      applyService("one-2", { labels: { pool: "one" } });
      await eventually(
        async () => stateOf(await diagnose(cluster.kubeconfig), "one-1", "Address") === "ok",
        "the pool gives no address",
      );
      assert.match(await firstIs("pool-full", "one-2"), /all 1 addresses of pool one are taken/);

      const requesting = (address: string, pool = "one") => ({
        labels: { pool },
        annotations: { "lbipam.cilium.io/ips": address },
      });
      applyService("nowhere", requesting("10.9.9.9"));
      assert.match(await firstIs("requested-address", "nowhere"), /No pool exists with a CIDR containing '10\.9\.9\.9'/);
      applyService("elsewhere", requesting("10.1.0.1"));
      assert.match(await firstIs("requested-address", "elsewhere"), /doesn't select this service/);
      applyService("taken", requesting("10.3.0.1"));
      assert.match(
        await firstIs("requested-address", "taken"),
        /already allocated to another service \(Service default\/one-1 has it\)/,
      );

      applyService("foreign", { loadBalancerClass: "example.com/other" });
      assert.match(await firstIs("foreign-class", "foreign"), /example\.com\/other/);
      applyService("bgp", { loadBalancerClass: "io.cilium/bgp-control-plane" });
      assert.match(await firstIs("foreign-class", "bgp"), /enable-bgp-control-plane is off/);
    });

    test("settings of Cilium by which a Service gets no address", async () => {
      applyPools({ name: "a", blocks: [{ cidr: "10.1.0.0/29" }] });
      const labels = { pool: "a" };
      const loadBalancerClass = "io.cilium/l2-announcer";
      const hasAddress = async (service: string) => stateOf(await diagnose(cluster.kubeconfig), service, "Address") === "ok";

      await restartOperator({ "default-lb-service-ipam": "none" });
      applyService("plain", { labels });
      applyService("classed", { labels, loadBalancerClass });
      await eventually(() => hasAddress("classed"), "the Service with a class gets no address");
      assert.match(await firstIs("not-served-by-default", "plain"), /default-lb-service-ipam is "none"/);

      await restartOperator({ "default-lb-service-ipam": "lbipam", "enable-lb-ipam": "false" });
      applyService("later", { labels });
      applyService("classed-later", { labels, loadBalancerClass });
      for (const service of ["later", "classed-later"])
        assert.equal(await firstIs("not-served-by-default", service), "enable-lb-ipam is off in cilium-config");

      await restartOperator({ "enable-lb-ipam": "true" });
      for (const service of ["plain", "later", "classed-later"])
        await eventually(() => hasAddress(service), `${service} gets no address when the settings are right again`);
    });

    test("pools that overlap are the first finding, once, whatever Services wait for them", async () => {
      applyPools(
        { name: "x", blocks: [{ cidr: "10.8.0.0/30" }] },
        { name: "y", blocks: [{ start: "10.8.0.2", stop: "10.8.0.9" }] },
      );
      for (const name of ["x", "y"]) for (const number of [1, 2]) applyService(`${name}-${number}`, { labels: { pool: name } });
      assert.match(await firstIs("pool-conflict"), /^pool [xy]: Pool conflicts since range/);
      const { findings } = await diagnose(cluster.kubeconfig);
      assert.equal(findings.filter(({ step }) => step === "Pools" || step === "Address").length, 1, JSON.stringify(findings));
      for (const name of ["x", "y"]) {
        const { findings: ofOne } = await diagnose(cluster.kubeconfig, `${name}-1`);
        assert.equal(ofOne[0]?.rule, "pool-conflict");
      }
    });

    test("pods behind a Service, and kube-proxy next to Cilium", async () => {
      applyPools({ name: "a", blocks: [{ cidr: "10.1.0.0/30" }] });
      const ports = [{ port: 80 }];
      const service = { apiVersion: "v1", kind: "Service", metadata: { name: "empty", labels: { pool: "a" } } };
      cluster.apply(JSON.stringify({ ...service, spec: { type: "LoadBalancer", ports, selector: { app: "none" } } }));
      assert.match(await firstIs("no-pods", "empty"), /no pod has the labels app=none/);
      kubectl("delete", "service", "--all");

      // The controller of EndpointSlices sees a pod that is not ready.
      const web = { labels: { app: "web" } };
      const containers = [{ name: "web", image: "web" }];
      kubectl("create", "namespace", "pods");
      await eventually(() => cluster.get("serviceaccount", "default", "pods") !== undefined, "there is no service account");
      const inPods = { ...web, name: "web", namespace: "pods" };
      cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: inPods, spec: { containers } }));
      const spec = { type: "LoadBalancer", ports, selector: web.labels };
      cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { ...inPods, labels: { pool: "a" } }, spec }));
      await firstIs("no-policy", "pods/web");
      const unready = { status: { conditions: [{ type: "Ready", status: "False" }] } };
      kubectl("--namespace", "pods", "patch", "pod", "web", "--subresource=status", "--patch", JSON.stringify(unready));
      assert.equal(await firstIs("no-ready-pods", "pods/web"), "none of the 1 endpoints of pods/web is ready");
      kubectl("delete", "namespace", "pods");

      applyService("internal", { type: "ClusterIP" });
      assert.match(await firstIs("not-a-load-balancer", "internal"), /the type is ClusterIP/);
      assert.equal((await diagnose(cluster.kubeconfig, "internal")).findings.length, 1);
      kubectl("delete", "service", "internal");

      const labels = { app: "kube-proxy" };
      const template = { metadata: { labels }, spec: { containers: [{ name: "kube-proxy", image: "kube-proxy" }] } };
      const metadata = { name: "kube-proxy", namespace: "kube-system" };
      cluster.apply(
        JSON.stringify({
          apiVersion: "apps/v1",
          kind: "DaemonSet",
          metadata,
          spec: { selector: { matchLabels: labels }, template },
        }),
      );
      assert.match(await firstIs("kube-proxy-left"), /kube-proxy runs on \d nodes/);
      kubectl("--namespace", "kube-system", "delete", "daemonset", "kube-proxy");
    });

    test("why nobody announces a Service, as far as the objects tell", async () => {
      applyPools({ name: "a", blocks: [{ cidr: "10.1.0.0/30" }] });
      applyService("web", { labels: { pool: "a" } });
      await firstIs("no-policy", "web");
      const applyPolicy = (spec: object) => {
        cluster.apply(
          JSON.stringify({ apiVersion: "cilium.io/v2alpha1", kind: "CiliumL2AnnouncementPolicy", metadata: { name: "p" }, spec }),
        );
      };
      applyPolicy({ loadBalancerIPs: true, serviceSelector: { matchLabels: { announce: "x" } } });
      assert.match(await firstIs("no-policy-fits", "web"), /p selects \{"matchLabels":\{"announce":"x"\}\}/);
      applyPolicy({ externalIPs: true });
      await firstIs("policy-announces-nothing", "web");
      applyPolicy({ loadBalancerIPs: true, nodeSelector: { matchLabels: { worker: "yes" } } });
      assert.match(await firstIs("no-node-fits", "web"), /which no node has/);
      applyPolicy({ loadBalancerIPs: true });
      assert.match(await firstIs("no-lease", "web"), /there is no lease cilium-l2announce-default-web/);
    });

    test("agents that do not have the present configuration", async () => {
      const daemonSet = ["--namespace", "kube-system", "daemonset", "cilium"];
      kubectl("patch", ...daemonSet, "--patch", '{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}');
      kubectl("--namespace", "kube-system", "set", "env", "daemonset/cilium", "--containers", "cilium-agent", "CHANGED=yes");
      const unfinished = "0 of 2 agents have the present configuration";
      await eventually(
        async () => (await firstIs("rollout-unfinished")) === unfinished,
        "the controller does not see the change",
      );
      kubectl("--namespace", "kube-system", "delete", "pod", "--selector", "k8s-app=cilium");
      await eventually(async () => (await diagnose(cluster.kubeconfig)).findings.length === 0, "the rollout does not end", 60);
    });

    test("the Gateway API: CRDs, class and Gateways", async () => {
      const listeners = [{ name: "http", port: 80, protocol: "HTTP" }];
      const gateway = { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway", metadata: { name: "lan" } };
      cluster.apply(JSON.stringify({ ...gateway, spec: { gatewayClassName: "cilium", listeners } }));
      await firstIs("no-pool");
      assert((await diagnose(cluster.kubeconfig)).findings.some(({ rule }) => rule === "gateway-not-programmed"));
      kubectl("delete", "gateway", "lan");
      await eventually(
        async () => (await diagnose(cluster.kubeconfig)).findings.length === 0,
        "the Service of the Gateway stays",
        30,
      );
      // The operator makes no Service for this one, so that nothing else is wrong.
      const addresses = [{ type: "Hostname", value: "example.com" }];
      cluster.apply(JSON.stringify({ ...gateway, spec: { gatewayClassName: "cilium", listeners, addresses } }));
      assert.match(await firstIs("gateway-not-programmed"), /^Gateway default\/lan: Unsupported Gateway address/);
      kubectl("delete", "gateway", "lan");

      // Only the release: what the API server has cannot be replaced by an older one.
      const annotate = (gatewayApi: string) => {
        const annotation = `gateway.networking.k8s.io/bundle-version=${gatewayApi}`;
        kubectl("annotate", "--overwrite", "crd", "gateways.gateway.networking.k8s.io", annotation);
      };
      annotate("v1.99.0");
      assert.match(await firstIs("gateway-api-crds-release"), /the CRDs are of Gateway API .*v1\.99\.0/);
      annotate(supportedMinor(release).gatewayApi);

      kubectl("delete", "gatewayclass", "cilium");
      await firstIs("gateway-class-missing");
      // Only an operator accepts a class.
      await operator.stop();
      cluster.apply(exported.manifest.yaml);
      assert.match(await firstIs("gateway-class-not-accepted"), /GatewayClass cilium: /);
      operator = await cluster.startOperator();
      await eventually(async () => (await diagnose(cluster.kubeconfig)).findings.length === 0, "the class is not accepted", 60);
      kubectl("delete", "crd", "grpcroutes.gateway.networking.k8s.io");
      assert.match(await firstIs("gateway-api-crds-missing"), /missing: grpcroutes/);
    });

    test("an operator that does not work, and a Service that waits for it", async () => {
      await operator.stop();
      applyPools({ name: "a", blocks: [{ cidr: "10.1.0.0/30" }] });
      applyService("waiting", { labels: { pool: "a" } });
      // For some seconds, nobody can know that the operator is gone.
      assert.equal(await firstIs("address-pending", "waiting"), "the operator has not answered yet");
      // The lease expires 15 seconds after the operator has stopped; the doctor waits some more.
      await sleep(10_000);
      assert.match(await firstIs("operator-not-leading"), /has not renewed the lease cilium-operator-resource-lock for \d+ s/);
      const { findings, ...diagnosis } = await diagnose(cluster.kubeconfig, "waiting");
      assert(!findings.some(({ step }) => step === "Address"));
      assert.equal(stateOf({ findings, ...diagnosis }, "waiting", "Address"), "broken");

      cluster.kubectl(["--namespace", "kube-system", "scale", "deployment", "cilium-operator", "--replicas=0"]);
      await firstIs("operator-not-ready");
      assert(!(await diagnose(cluster.kubeconfig)).findings.some(({ rule }) => rule === "operator-not-leading"));
    });

    test("with a user who may read little, the rest is not looked at", async () => {
      const rules = [{ apiGroups: [""], resources: ["services", "nodes"], verbs: ["list"] }];
      const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "reader" };
      const objects = [
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "reader" } },
        { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "reader" }, rules },
        {
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "ClusterRoleBinding",
          metadata: { name: "reader" },
          roleRef,
          subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "default" }],
        },
      ];
      cluster.apply(objects.map((object) => `---\n${JSON.stringify(object)}\n`).join(""));
      applyService("web", { loadBalancerClass: "example.com/other" });
      const patch = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: "10.1.0.9" }] } } });
      kubectl("patch", "service", "web", "--subresource=status", "--patch", patch);
      const kubeconfig = join(folder, `reader-${release}`);
      writeFileSync(kubeconfig, cluster.kubeconfigFor("reader", "default"));
      const diagnosis = await diagnose(kubeconfig);
      assert.deepEqual(diagnosis.findings, []);
      assert.equal(stateOf(diagnosis, "web", "Pods"), "unknown");
      for (const { reason } of diagnosis.notLookedAt)
        assert.match(reason, /^\w+: .* is forbidden: User "system:serviceaccount:default:reader" cannot list resource/);
    });
  });
}

test("a cluster without Cilium, and an API server that is gone", async () => {
  const cluster = await Cluster.start();
  try {
    const { findings } = await diagnose(cluster.kubeconfig);
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ["cilium-missing"],
    );
    const gone = await runDoctor(
      { args: ["web", "--kubeconfig", cluster.kubeconfig], name: "doctor", folder: "/" },
      { colors: false },
    );
    assert.deepEqual([gone.status, gone.output], [2, ""]);
    assert.match(gone.error, /^error: there is no Service web in https:/);
    await cluster.stopApiServer();
    const { status, error } = await runDoctor(
      { args: ["--kubeconfig", cluster.kubeconfig], name: "doctor", folder: "/" },
      { colors: false },
    );
    assert.equal(status, 2);
    assert.match(error, /^error: https:\/\/127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/);
  } finally {
    await cluster.stop();
  }
});

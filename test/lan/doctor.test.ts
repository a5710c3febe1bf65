// Findings of the doctor that need agents and a network, on the real ones. The agents are asked directly: they run in no pod.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Diagnosis } from "../../components/doctor/examine.ts";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { isolate } from "../harness/isolation.ts";
import { clientAddress } from "../harness/lanAddresses.ts";
import { answersArp, fetchPage, webService } from "../harness/lanClient.ts";
import { addStranger, createPods, diagnoseLan, setAgentReady } from "../harness/lanDoctor.ts";
import type { LanNode } from "../harness/lanNode.ts";
import { VirtualLan } from "../harness/virtualLan.ts";

isolate();

const exported = createPlan({ ...devStack, ...chartArgs("1.19.6") });
const address = "192.168.1.200";
let lan: VirtualLan;

before(async () => {
  lan = await VirtualLan.start(exported);
  for (let number = 1; number <= 2; number++) await lan.addNode();
  createPods(lan);
});
after(() => lan.stop());

function applyPolicy(spec: object = { loadBalancerIPs: true }): void {
  kubectl("delete", "ciliuml2announcementpolicies", "--all");
  lan.cluster.apply(
    JSON.stringify({ apiVersion: "cilium.io/v2alpha1", kind: "CiliumL2AnnouncementPolicy", metadata: { name: "lan" }, spec }),
  );
}
function kubectl(...args: readonly string[]): void {
  const { ok, output } = lan.cluster.kubectl(args);
  assert(ok, output);
}
/** The node that holds the lease of the Service, and another one. */
async function announcer(): Promise<readonly [holder: LanNode, other: LanNode]> {
  const holderName = () =>
    (
      lan.cluster.get("lease", "cilium-l2announce-default-web", "kube-system")?.["spec"] as
        { holderIdentity?: string } | undefined
    )?.holderIdentity;
  await eventually(() => lan.nodes.some(({ name }) => name === holderName()), "no node announces", 40);
  const holder = lan.nodes.find(({ name }) => name === holderName());
  const other = lan.nodes.find((node) => node !== holder);
  assert(holder !== undefined && other !== undefined);
  return [holder, other];
}
const becomesHealthy = () =>
  eventually(
    async () => {
      last = await diagnoseLan(lan);
      return last.findings.length === 0;
    },
    () => `the cluster does not become healthy: ${JSON.stringify(last.findings)}`,
    90,
  );
const waitForAnswer = () => eventually(async () => (await fetchPage(address)) !== undefined, "nobody answers", 60);

let last: Diagnosis;
/** Waits until the first finding is of this rule. Returns its problem. */
async function firstIs(rule: string, seconds = 40): Promise<string> {
  await eventually(
    async () => {
      last = await diagnoseLan(lan);
      return last.findings[0]?.rule === rule;
    },
    () => `the first finding is not ${rule}: ${JSON.stringify(last.findings[0])}`,
    seconds,
  );
  return last.findings[0]?.problem ?? "";
}
afterEach(() => {
  // Whatever the first finding is, it is the only one about the cluster or a Service.
  assert(new Set(last.findings.map(({ rule }) => rule)).size <= 1, JSON.stringify(last.findings));
});

test("a Service that answers has no finding, and every step was looked at", async () => {
  lan.cluster.apply(exported.loadBalancer?.yaml ?? assert.fail("there is no pool"));
  lan.cluster.apply(webService("web", lan.nodes));
  await waitForAnswer();
  last = await diagnoseLan(lan);
  assert.deepEqual([last.findings, last.notLookedAt], [[], []]);
  assert.deepEqual(
    last.services[0]?.steps.map(({ state }) => state),
    ["ok", "ok", "ok", "notUsed", "ok"],
  );
});

test("a policy that announces nothing, has no node, names other interfaces, or is refused by the agents", async () => {
  applyPolicy({ externalIPs: true });
  await eventually(() => !answersArp(address), "somebody still answers", 60);
  await firstIs("policy-announces-nothing");
  applyPolicy({ loadBalancerIPs: true, nodeSelector: { matchLabels: { worker: "yes" } } });
  await firstIs("no-node-fits");
  applyPolicy({ loadBalancerIPs: true, interfaces: ["^wlan"] });
  assert.match(
    await firstIs("no-interface-fits"),
    /has the interfaces \["\^wlan"\], and Cilium manages node-1: eth0; node-2: eth0$/,
  );
  applyPolicy({ loadBalancerIPs: true, interfaces: ["("] });
  assert.match(await firstIs("policy-refused"), /^policy lan: bad-interface-regex: error parsing regexp/);
  assert.equal(answersArp(address), false);
});

test("a port that no pod listens on", async () => {
  applyPolicy();
  const wrongPort = webService("web", lan.nodes).replaceAll('"port":8080', '"port":8081');
  lan.cluster.apply(wrongPort);
  assert.match(await firstIs("port-silent", 60), /192\.168\.1\.200 port 80: /);
  lan.cluster.apply(webService("web", lan.nodes));
  await waitForAnswer();
});

test("a web server that does not answer, and a proxy that reaches nothing", async () => {
  const [node] = lan.nodes;
  assert(node);
  for (const [port, status, rule] of [
    ["8090", "0", "http-no-answer"],
    ["8091", "503", "http-gateway-error"],
  ] as const) {
    node.start("hello.ts", port, "web", status);
    lan.cluster.apply(webService("web", [node]).replaceAll(":8080", `:${port}`));
    assert.match(await firstIs(rule, 60), /^192\.168\.1\.200 port 80: /);
  }
  lan.cluster.apply(webService("web", lan.nodes));
  await waitForAnswer();
});

test("another machine that has the address, while the announcing node is off", async () => {
  const metadata = lan.nodes.map(({ name }) => name);
  for (const name of metadata) kubectl("label", "--overwrite", "node", name, `announce=${name}`);
  applyPolicy({ loadBalancerIPs: true, nodeSelector: { matchLabels: { announce: "node-1" } } });
  await waitForAnswer();
  const stranger = addStranger(address);
  lan.nodes[0]?.unplug();
  try {
    assert.match(await firstIs("stranger-answers", 20), /^02:00:00:00:00:99 answers for 192\.168\.1\.200/);
  } finally {
    stranger.remove();
  }
  // Nobody answers any more, although the lease still belongs to the node.
  await firstIs("silent-on-the-lan", 15);
  assert.match(await firstIs("lease-expired", 60), /^node-1 has not renewed the lease cilium-l2announce-default-web/);
  await lan.nodes[0]?.boot();
});

test("a lease of a node that does not exist", async () => {
  applyPolicy();
  await waitForAnswer();
  const renewTime = new Date().toISOString().replace("Z", "000Z");
  const spec = { holderIdentity: "node-9", leaseDurationSeconds: 15, renewTime };
  const target = ["lease", "cilium-l2announce-default-web", "--namespace", "kube-system"];
  kubectl("patch", ...target, "--type", "merge", "--patch", JSON.stringify({ spec }));
  last = await diagnoseLan(lan);
  assert.equal(last.findings[0]?.rule, "lease-of-unknown-node");
  await eventually(async () => (await diagnoseLan(lan)).findings.length === 0, "no node takes the lease over", 60);
  await waitForAnswer();
});

test("a lease of a node that the policies do not select any more, and whose agent is gone", async () => {
  const [holder, other] = await announcer();
  // An agent that runs gives the lease back at once.
  await holder.killAgent();
  applyPolicy({ loadBalancerIPs: true, nodeSelector: { matchLabels: { announce: other.name } } });
  assert.equal(
    await firstIs("lease-of-excluded-node", 10),
    `${holder.name} holds the lease cilium-l2announce-default-web, and the policies select ${other.name}`,
  );
  // What the doctor advises.
  kubectl("--namespace", "kube-system", "delete", "lease", "cilium-l2announce-default-web");
  await becomesHealthy();
  assert.deepEqual((await announcer())[0].name, other.name);
  await holder.startAgent();
  applyPolicy();
  await waitForAnswer();
});

test("a lease of a node that is not ready", async () => {
  const [{ name }] = await announcer();
  const setReady = (ready: object) => {
    const patch = { status: { conditions: [{ type: "Ready", ...ready }] } };
    kubectl("patch", "node", name, "--subresource", "status", "--type", "merge", "--patch", JSON.stringify(patch));
  };
  // What Kubernetes says of a node whose kubelet is silent. Its agent runs on.
  setReady({ status: "Unknown", reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status." });
  assert.equal(
    await firstIs("lease-holder-not-ready"),
    `${name} announces default/web, and it is not ready: Kubelet stopped posting node status.`,
  );
  setReady({ status: "True" });
  await becomesHealthy();
});

test("an address outside of the subnet of the LAN", async () => {
  const pool = { apiVersion: "cilium.io/v2", kind: "CiliumLoadBalancerIPPool", metadata: { name: "far" } };
  lan.cluster.apply(JSON.stringify({ ...pool, spec: { blocks: [{ cidr: "10.77.0.0/24" }] } }));
  lan.cluster.apply(webService("far", lan.nodes, { loadBalancerIP: "10.77.0.9" }));
  assert.equal(await firstIs("outside-the-lan"), "10.77.0.9 is not in the subnet that this machine shares with the nodes");
  kubectl("delete", "service/far", "ciliumloadbalancerippool/far");
  await becomesHealthy();
});

test("externalTrafficPolicy Local without a pod on the announcing node", async () => {
  const [, other] = await announcer();
  lan.cluster.apply(webService("web", [other], { externalTrafficPolicy: "Local" }));
  assert.match(await firstIs("local-traffic-policy"), /announces default\/web, whose ready pods run on node-\d/);
  // Whether the node drops the packets differs from run to run, so nothing is asserted about that.
  lan.cluster.apply(webService("web", lan.nodes));
});

test("agents whose request limit is too low lose leases", async () => {
  await waitForAnswer();
  const services = Array.from({ length: 7 }, (_, number) => `more-${number}`);
  for (const name of services) lan.cluster.apply(webService(name, lan.nodes));
  const leases = () => lan.cluster.kubectl(["get", "leases", "--namespace", "kube-system", "--output", "name"]).output;
  await eventually(
    () => services.every((name) => leases().includes(`cilium-l2announce-default-${name}`)),
    "not all Services are announced",
    60,
  );
  const limit = (qps: string, burst: string) => {
    const data = { "k8s-client-qps": qps, "k8s-client-burst": burst };
    kubectl("--namespace", "kube-system", "patch", "configmap", "cilium-config", "--patch", JSON.stringify({ data }));
  };
  limit("3", "3");
  await lan.restartAgents();
  assert.match(
    await firstIs("request-limit"),
    /each agent sends 4 requests per second for 8 leases \(one each per 2s\), and its limit is 3/,
  );
  limit("23", "46");
  for (const name of services) kubectl("delete", "service", name);
  await lan.restartAgents();
  await eventually(async () => (await diagnoseLan(lan)).findings.length === 0, "the cluster does not become healthy again", 90);
  last = await diagnoseLan(lan);
});

test("an agent that does not start, by what its log says: KubePrism, and a setting", async () => {
  const [node] = lan.nodes;
  assert(node !== undefined);
  const setPort = (port: string) => {
    const variable = `KUBERNETES_SERVICE_PORT=${port}`;
    kubectl("--namespace", "kube-system", "set", "env", "daemonset/cilium", "--containers", "cilium-agent", variable);
  };
  const setMode = (mode: string) => {
    kubectl(
      "--namespace",
      "kube-system",
      "patch",
      "configmap",
      "cilium-config",
      "--patch",
      JSON.stringify({ data: { "routing-mode": mode } }),
    );
  };
  await node.stopAgent();
  setAgentReady(lan, node.name, false);
  setPort("7446");
  // The agent tries for a minute, says why, and ends.
  await assert.rejects(node.startAgent());
  assert.match(
    await firstIs("kubeprism-unreachable"),
    /^pod kube-system\/cilium-node-1 on node-1: (?:localhost|127\.0\.0\.1|\[::1\]):7446 refuses/,
  );
  setPort("7445");

  setMode("tunnel");
  await assert.rejects(node.startAgent());
  assert.match(
    await firstIs("agent-not-ready"),
    /^pod kube-system\/cilium-node-1 on node-1: .*its log ends with: .*auto-direct-node-routes cannot be used with tunneling/,
  );
  setMode("native");
  await node.startAgent();
  setAgentReady(lan, node.name, true);
});

test("nodes whose interface becomes part of a bridge", async () => {
  // As Talos applies such a network configuration, without a reboot.
  for (const { ip, address: own } of lan.nodes.map((node) => ({ ip: node.ip.bind(node), address: node.address }))) {
    ip("link", "add", "br0", "type", "bridge");
    ip("address", "flush", "dev", "eth0");
    ip("link", "set", "eth0", "master", "br0");
    ip("address", "add", `${own}/24`, "dev", "br0");
    ip("link", "set", "br0", "up");
    ip("route", "add", "default", "via", clientAddress);
  }
  assert.equal(await firstIs("no-device"), "Cilium manages no device on node-1, node-2");

  // An agent that starts then ends at once.
  const [node] = lan.nodes;
  assert(node !== undefined);
  await node.stopAgent();
  setAgentReady(lan, node.name, false);
  await assert.rejects(node.startAgent());
  assert.match(await firstIs("agent-not-ready"), /its log ends with: .*unable to determine direct routing device/i);
  assert.match(last.findings[0]?.remedy ?? "", /name the interface there .* also if it is a bridge/);

  // What the doctor advises.
  const patch = JSON.stringify({ data: { devices: "br0" } });
  kubectl("--namespace", "kube-system", "patch", "configmap", "cilium-config", "--patch", patch);
  await lan.restartAgents();
  setAgentReady(lan, node.name, true);
  await becomesHealthy();
});

test("L2 announcements that are off", async () => {
  kubectl(
    "--namespace",
    "kube-system",
    "patch",
    "configmap",
    "cilium-config",
    "--patch",
    '{"data":{"enable-l2-announcements":"false"}}',
  );
  await lan.restartAgents();
  await eventually(() => !answersArp(address), "somebody still answers", 60);
  await firstIs("l2-off");
});

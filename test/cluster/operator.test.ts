import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { loadBalancerObjects } from "../../components/cilium/loadBalancer/objects.ts";
import type { IpPool, LabelSelector } from "../../components/inputs/loadBalancerArgs.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { createManifest } from "../../components/kubernetes/manifest.ts";
import { createPlan } from "../../components/plan.ts";
import { InputError } from "../../components/support/problems.ts";
import { supportedMinor } from "../../components/versions/supported.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { builtReleases } from "../harness/ciliumPrograms.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

interface ServiceStatus {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip: string }[] };
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
}

for (const release of builtReleases) {
  describe(`the operator of Cilium ${release}`, () => {
    const exported = createPlan({ ...devStack, ...chartArgs(release) });
    let cluster: Cluster;

    before(async () => {
      cluster = await Cluster.start();
      cluster.apply(readGatewayApiCrds(supportedMinor(release).gatewayApi));
      cluster.apply(exported.manifest.yaml);
      await cluster.startOperator();
      await eventually(
        () =>
          cluster.kubectl(["wait", "--for=condition=Established", "crd/ciliuml2announcementpolicies.cilium.io", "--timeout=1s"])
            .ok,
        "the operator does not register the kinds of the pool and the policy",
      );
    });
    after(() => cluster.stop());

    function applyService(name: string, labels: Record<string, string> = {}, spec: object = {}): void {
      const ports = [{ port: 80 }];
      const metadata = { name, labels };
      cluster.apply(
        JSON.stringify({ apiVersion: "v1", kind: "Service", metadata, spec: { type: "LoadBalancer", ports, ...spec } }),
      );
    }
    const statusOf = (name: string) => (cluster.get("service", name)?.["status"] ?? {}) as ServiceStatus;
    const addressOf = (name: string) => statusOf(name).loadBalancer?.ingress?.[0]?.ip;
    /** Why the operator gave a Service no address. */
    function refusalReason(name: string): string | undefined {
      const { conditions = [] } = statusOf(name);
      return conditions.find(({ type, status }) => type === "cilium.io/IPAMRequestSatisfied" && status === "False")?.reason;
    }

    async function assertGetsAddress(name: string, expected: string): Promise<void> {
      await eventually(() => addressOf(name) !== undefined, `Service ${name} gets no address`, 20);
      assert.equal(addressOf(name), expected);
    }
    async function assertGetsNoAddress(name: string): Promise<void> {
      await eventually(() => refusalReason(name) !== undefined, `the operator does not refuse Service ${name} an address`, 20);
      assert.equal(addressOf(name), undefined);
    }

    /** Applies the objects that the component makes of these pools. Each pool serves the Services that are labelled with its name. */
    function applyPools(...pools: readonly IpPool[]): void {
      const ipPools = pools.map((pool) => ({ ...pool, serviceSelector: { matchLabels: { pool: pool.name } } }));
      cluster.apply(createManifest(loadBalancerObjects(resolveSettings({ loadBalancer: { ipPools } }))).yaml);
    }

    test("the API server rejects the old script's policy and accepts ours", () => {
      const policy = { apiVersion: "cilium.io/v2alpha1", kind: "CiliumL2AnnouncementPolicy", metadata: { name: "old" } };
      const spec = { serviceSelector: {}, nodeSelector: {}, interfaces: ["^eth[0-9]+"] };
      assert.throws(() => {
        cluster.apply(JSON.stringify({ ...policy, spec: { ...spec, loadBalancerClass: "io.cilium/l2-announcer" } }));
      }, /spec\.loadBalancerClass/);
      cluster.apply(exported.loadBalancer?.yaml ?? assert.fail());
    });

    test("the operator's own schema has every field of our pools and policies", () => {
      const selector: LabelSelector = { matchExpressions: [{ key: "team", operator: "In", values: ["a"] }] };
      const everything = resolveSettings({
        loadBalancer: {
          ipPools: [
            { name: "all", blocks: [{ cidr: "10.9.0.0/30" }, { start: "10.9.1.1", stop: "10.9.1.2" }, { start: "10.9.2.1" }] },
            { name: "rest", blocks: [], serviceSelector: selector, allowFirstLastIPs: "No", disabled: true },
          ],
          l2Policies: [
            {
              name: "all",
              interfaces: ["^enp"],
              nodeSelector: selector,
              serviceSelector: selector,
              externalIPs: true,
              loadBalancerIPs: true,
            },
          ],
        },
      });
      const { yaml, entries } = createManifest(loadBalancerObjects(everything));
      // Disabled, because these pools would give addresses to the Services of the other tests.
      cluster.apply(yaml.replace("spec:\n  blocks:\n    - cidr: 10.9", "spec:\n  disabled: true\n  blocks:\n    - cidr: 10.9"));
      cluster.apply(
        yaml
          .replaceAll("cilium.io/v2\n", "cilium.io/v2alpha1\n")
          .replaceAll(/^ {2}blocks:\n {4}- cidr/gm, "  disabled: true\n  blocks:\n    - cidr"),
      );
      assert(cluster.kubectl(["delete", ...entries.map(({ object }) => `${object.kind}/${object.metadata.name}`)]).ok);
    });

    test("Services get the addresses of the pool in order, and one Service too many gets none", async () => {
      for (let i = 0; i < 8; i++) {
        applyService(`web-${i}`);
        await assertGetsAddress(`web-${i}`, `192.168.1.${200 + i}`);
      }
      applyService("one-too-many");
      await assertGetsNoAddress("one-too-many");
    });

    test("blocks, `allowFirstLastIPs`, `disabled` and `serviceSelector` work as the inputs say", async () => {
      applyPools(
        { name: "range", blocks: [{ start: "10.1.0.5", stop: "10.1.0.6" }] },
        { name: "single", blocks: [{ start: "10.2.0.9" }] },
        { name: "inner", blocks: [{ cidr: "10.3.0.0/30" }], allowFirstLastIPs: "No" },
        { name: "outer", blocks: [{ cidr: "10.4.0.0/30" }] },
        { name: "off", blocks: [{ cidr: "10.5.0.0/30" }], disabled: true },
      );
      const expected = {
        range: ["10.1.0.5", "10.1.0.6"],
        single: ["10.2.0.9"],
        inner: ["10.3.0.1", "10.3.0.2"],
        outer: ["10.4.0.0"],
        off: [],
      };
      for (const [pool, addresses] of Object.entries(expected)) {
        for (const [index, expectedAddress] of addresses.entries()) {
          applyService(`${pool}-${index}`, { pool });
          await assertGetsAddress(`${pool}-${index}`, expectedAddress);
        }
        if (pool === "outer") continue;
        applyService(`${pool}-full`, { pool });
        await assertGetsNoAddress(`${pool}-full`);
      }
    });

    test("pools that the checks reject do not work in a cluster either", async () => {
      const assertRejected = (...ipPools: IpPool[]) => {
        assert.throws(() => createPlan({ ...chartArgs(release), loadBalancer: { ipPools } }), InputError);
      };
      const isInConflict = (name: string) => {
        const { conditions = [] } = (cluster.get("ciliumloadbalancerippool", name)?.["status"] ?? {}) as ServiceStatus;
        return conditions.some(({ type, status }) => type === "cilium.io/PoolConflict" && status === "True");
      };
      const overlapping = [
        { name: "first", blocks: [{ cidr: "10.8.0.0/30" }] },
        { name: "second", blocks: [{ start: "10.8.0.2", stop: "10.8.0.9" }] },
      ];
      assertRejected(...overlapping);
      applyPools(...overlapping);
      await eventually(
        () => isInConflict("first") || isInConflict("second"),
        "the operator reports no conflict between pools that overlap",
      );

      for (const pool of [
        { name: "backwards", blocks: [{ start: "10.8.1.9", stop: "10.8.1.1" }] },
        { name: "six", blocks: [{ cidr: "fd00::/120" }] },
      ]) {
        assertRejected(pool);
        applyPools(pool);
        applyService(`${pool.name}-0`, { pool: pool.name });
        await assertGetsNoAddress(`${pool.name}-0`);
      }

      const misnamed = { name: "Pool", blocks: [{ start: "10.8.2.1" }] };
      assertRejected(misnamed);
      assert.throws(() => {
        applyPools(misnamed);
      }, /metadata\.name: Invalid value: "Pool"/);
    });

    test("a Service of class io.cilium/l2-announcer gets an address, one of another class does not", async () => {
      applyPools({ name: "classes", blocks: [{ cidr: "10.6.0.0/30" }] });
      applyService("foreign", { pool: "classes" }, { loadBalancerClass: "example.com/other" });
      applyService("announced", { pool: "classes" }, { loadBalancerClass: "io.cilium/l2-announcer" });
      await assertGetsAddress("announced", "10.6.0.0");
      assert.equal(addressOf("foreign"), undefined);
    });

    test("the GatewayClass is accepted, and a Gateway gets an address from its pool", async () => {
      const isTrue = (type: string, kind: string, name: string) => {
        const { conditions = [] } = (cluster.get(kind, name)?.["status"] ?? {}) as ServiceStatus;
        return conditions.find((condition) => condition.type === type)?.status === "True";
      };
      await eventually(() => isTrue("Accepted", "gatewayclass", "cilium"), "GatewayClass cilium is not accepted");

      applyPools({ name: "gateways", blocks: [{ cidr: "10.7.0.0/30" }] });
      const listeners = [{ name: "http", port: 80, protocol: "HTTP" }];
      const infrastructure = { labels: { pool: "gateways" } };
      const gateway = { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway", metadata: { name: "lan" } };
      cluster.apply(JSON.stringify({ ...gateway, spec: { gatewayClassName: "cilium", listeners, infrastructure } }));
      await eventually(() => isTrue("Programmed", "gateway", "lan"), "the Gateway is not programmed");
      const { addresses } = cluster.get("gateway", "lan")?.["status"] as { addresses: { value: string }[] };
      assert.deepEqual(
        addresses.map(({ value }) => value),
        ["10.7.0.0"],
      );
    });

    for (const mode of ["cluster-pool", "multi-pool"]) {
      test(`with IPAM mode ${mode}, the operator gives nodes and pods addresses of both ranges of podCidr`, async () => {
        const own = await Cluster.start();
        try {
          own.apply(
            createPlan({
              ...devStack,
              ...chartArgs(release),
              podCidr: "10.42.0.0/16,fd00:42::/56",
              serviceCidr: "10.96.0.0/12,fd00:96::/108",
              gatewayApi: { enabled: false },
              // iptables cannot masquerade the addresses of multi-pool by their range.
              values: { ipam: { mode }, egressMasqueradeInterfaces: "eth0" },
            }).manifest.yaml,
          );
          await own.startOperator();
          await eventually(
            () => own.kubectl(["wait", "--for=condition=Established", "crd/ciliumnodes.cilium.io", "--timeout=1s"]).ok,
            "the operator does not register its kinds",
          );
          const request = { pools: { requested: [{ pool: "default", needed: { "ipv4-addrs": 8, "ipv6-addrs": 8 } }] } };
          const ipam = mode === "multi-pool" ? request : {};
          own.apply(
            JSON.stringify({ apiVersion: "cilium.io/v2", kind: "CiliumNode", metadata: { name: "node-1" }, spec: { ipam } }),
          );
          const ranges = () => JSON.stringify(own.get("ciliumnode", "node-1")?.["spec"] ?? {});
          await eventually(
            () => /"10\.42\.\d+\.0\/24"/.test(ranges()) && /"fd00:42:[^"]*\/72"/.test(ranges()),
            "the node gets no range of one IP family",
          );
        } finally {
          await own.stop();
        }
      });
    }
  });
}

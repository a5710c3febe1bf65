import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { IpPool } from "../../components/inputs/args.ts";
import { loadBalancerObjects } from "../../components/cilium/loadBalancer/objects.ts";
import { manifestOf } from "../../components/kubernetes/manifest.ts";
import { plan } from "../../components/plan.ts";
import { InputError } from "../../components/support/problems.ts";
import { settingsOf } from "../../components/inputs/settings.ts";
import { validateWithChart } from "../../components/checks/validate.ts";
import { ciliumMinors } from "../../components/versions/supported.ts";
import { chartArgs } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const exported = plan({ ...devStack, ...chartArgs() });
let cluster: Cluster;

before(async () => {
  cluster = await Cluster.start();
  cluster.apply(readGatewayApiCrds(ciliumMinors["1.18"]?.gatewayApi ?? ""));
  cluster.apply(exported.manifest.yaml);
  await cluster.startOperator();
  await eventually(
    () =>
      cluster.kubectl(["wait", "--for=condition=Established", "crd/ciliuml2announcementpolicies.cilium.io", "--timeout=1s"]).ok,
    "the operator does not register the kinds of the pool and the policy",
  );
});
after(() => cluster.stop());

interface ServiceStatus {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip: string }[] };
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
}

function service(name: string, labels: Record<string, string> = {}, spec: object = {}): void {
  const ports = [{ port: 80 }];
  const metadata = { name, labels };
  cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "Service", metadata, spec: { type: "LoadBalancer", ports, ...spec } }));
}
const status = (name: string) => (cluster.get("service", name)?.["status"] ?? {}) as ServiceStatus;
const address = (name: string) => status(name).loadBalancer?.ingress?.[0]?.ip;
const unsatisfied = (name: string) =>
  status(name).conditions?.find(({ type, status }) => type === "cilium.io/IPAMRequestSatisfied" && status === "False")?.reason;

async function gets(name: string, expected: string): Promise<void> {
  await eventually(() => address(name) !== undefined, `Service ${name} gets no address`, 20);
  assert.equal(address(name), expected);
}
async function getsNone(name: string): Promise<void> {
  await eventually(() => unsatisfied(name) !== undefined, `nothing is said of Service ${name}`, 20);
  assert.equal(address(name), undefined);
}

/** Applies pools of this program's making; each serves the Services that are labelled with its name. */
function pools(...list: readonly IpPool[]): void {
  const ipPools = list.map((pool) => ({ ...pool, serviceSelector: { matchLabels: { pool: pool.name } } }));
  cluster.apply(manifestOf(loadBalancerObjects(settingsOf({ loadBalancer: { ipPools } }))).yaml);
}

test("the policy of the old script is refused, ours is taken", () => {
  const policy = { apiVersion: "cilium.io/v2alpha1", kind: "CiliumL2AnnouncementPolicy", metadata: { name: "old" } };
  const spec = { serviceSelector: {}, nodeSelector: {}, interfaces: ["^eth[0-9]+"] };
  assert.throws(() => {
    cluster.apply(JSON.stringify({ ...policy, spec: { ...spec, loadBalancerClass: "io.cilium/l2-announcer" } }));
  }, /spec\.loadBalancerClass/);
  cluster.apply(exported.loadBalancer?.yaml ?? assert.fail());
});

test("every field of pools and policies is one that the operator's own schema has", () => {
  const selector = { matchExpressions: [{ key: "team", operator: "In", values: ["a"] }] } as const;
  const everything = settingsOf({
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
  const { yaml, entries } = manifestOf(loadBalancerObjects(everything));
  // Disabled at once: these pools would give addresses to the Services of the other tests.
  cluster.apply(yaml.replace("spec:\n  blocks:\n    - cidr: 10.9", "spec:\n  disabled: true\n  blocks:\n    - cidr: 10.9"));
  cluster.apply(
    yaml
      .replaceAll("cilium.io/v2\n", "cilium.io/v2alpha1\n")
      .replaceAll(/^ {2}blocks:\n {4}- cidr/gm, "  disabled: true\n  blocks:\n    - cidr"),
  );
  assert(cluster.kubectl(["delete", ...entries.map(({ object }) => `${object.kind}/${object.metadata.name}`)]).ok);
});

test("Services get the addresses of the pool in turn, and one too many gets none", async () => {
  for (let i = 0; i < 8; i++) {
    service(`web-${i}`);
    await gets(`web-${i}`, `192.168.1.${200 + i}`);
  }
  service("one-too-many");
  await getsNone("one-too-many");
});

test("blocks, first and last addresses, disabled pools and selectors do what the inputs say", async () => {
  pools(
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
      service(`${pool}-${index}`, { pool });
      await gets(`${pool}-${index}`, expectedAddress);
    }
    if (pool === "outer") continue;
    service(`${pool}-full`, { pool });
    await getsNone(`${pool}-full`);
  }
});

test("pools that the checks refuse are of no use to the operator either", async () => {
  const isRefused = (...ipPools: readonly IpPool[]) => {
    assert.throws(() => validateWithChart({ ...chartArgs(), loadBalancer: { ipPools } }), InputError);
  };
  const isInConflict = (name: string) =>
    (cluster.get("ciliumloadbalancerippool", name)?.["status"] as ServiceStatus | undefined)?.conditions?.some(
      ({ type, status }) => type === "cilium.io/PoolConflict" && status === "True",
    ) === true;
  const two = [
    { name: "first", blocks: [{ cidr: "10.8.0.0/30" }] },
    { name: "second", blocks: [{ start: "10.8.0.2", stop: "10.8.0.9" }] },
  ];
  isRefused(...two);
  pools(...two);
  await eventually(() => isInConflict("first") || isInConflict("second"), "the operator has nothing against pools that overlap");

  for (const pool of [
    { name: "backwards", blocks: [{ start: "10.8.1.9", stop: "10.8.1.1" }] },
    { name: "six", blocks: [{ cidr: "fd00::/120" }] },
  ]) {
    isRefused(pool);
    pools(pool);
    service(`${pool.name}-0`, { pool: pool.name });
    await getsNone(`${pool.name}-0`);
  }

  const misnamed = { name: "Pool", blocks: [{ start: "10.8.2.1" }] };
  isRefused(misnamed);
  assert.throws(() => {
    pools(misnamed);
  }, /metadata\.name: Invalid value: "Pool"/);
});

test("a Service of another announcer's class is left alone, one of io.cilium/l2-announcer is served", async () => {
  pools({ name: "classes", blocks: [{ cidr: "10.6.0.0/30" }] });
  service("foreign", { pool: "classes" }, { loadBalancerClass: "example.com/other" });
  service("announced", { pool: "classes" }, { loadBalancerClass: "io.cilium/l2-announcer" });
  await gets("announced", "10.6.0.0");
  assert.equal(address("foreign"), undefined);
});

test("the GatewayClass is accepted, and a Gateway gets an address of the pool", async () => {
  const condition = (kind: string, name: string, type: string) =>
    ((cluster.get(kind, name)?.["status"] ?? {}) as ServiceStatus).conditions?.find((entry) => entry.type === type)?.status;
  await eventually(() => condition("gatewayclass", "cilium", "Accepted") === "True", "GatewayClass cilium is not accepted");

  pools({ name: "gateways", blocks: [{ cidr: "10.7.0.0/30" }] });
  const listeners = [{ name: "http", port: 80, protocol: "HTTP" }];
  const infrastructure = { labels: { pool: "gateways" } };
  const gateway = { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway", metadata: { name: "lan" } };
  cluster.apply(JSON.stringify({ ...gateway, spec: { gatewayClassName: "cilium", listeners, infrastructure } }));
  await eventually(() => condition("gateway", "lan", "Programmed") === "True", "the Gateway is not programmed");
  const { addresses } = cluster.get("gateway", "lan")?.["status"] as { addresses: { value: string }[] };
  assert.deepEqual(
    addresses.map(({ value }) => value),
    ["10.7.0.0"],
  );
});

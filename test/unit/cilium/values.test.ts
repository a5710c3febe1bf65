import assert from "node:assert/strict";
import { test } from "node:test";
import { ciliumValues } from "../../../components/cilium/values.ts";
import { valueAt } from "../../../components/helm/values.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { pinnedCharts } from "../../../components/versions/pins.ts";
import { leafPaths } from "../../harness/leafPaths.ts";

const valuesFor = (args: TalosCiliumCniArgs) => ciliumValues(resolveSettings(args));
const at = (args: TalosCiliumCniArgs, path: string) => valueAt(valuesFor(args), path);

test("a user's value replaces any value that the inputs set", () => {
  for (const path of leafPaths(valuesFor({}))) {
    const userValues = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), "user");
    assert.equal(at({ values: userValues as Record<string, unknown> }, path.join(".")), "user");
  }
});

test("maps are merged, lists are replaced, and null is passed to Helm, which removes the key", () => {
  const values = {
    securityContext: { capabilities: { ciliumAgent: ["BPF"] } },
    operator: { replicas: 3 },
    gatewayAPI: null,
    resources: { limits: null },
  };
  const effective = valuesFor({ values });
  assert.deepEqual(valueAt(effective, "securityContext.capabilities.ciliumAgent"), ["BPF"]);
  assert.deepEqual(valueAt(effective, "securityContext.capabilities.cleanCiliumState"), [
    "NET_ADMIN",
    "SYS_ADMIN",
    "SYS_RESOURCE",
  ]);
  assert.deepEqual([valueAt(effective, "operator.replicas"), valueAt(effective, "operator.rollOutPods")], [3, true]);
  assert.equal(effective["gatewayAPI"], null);
  assert.deepEqual(effective["resources"], { requests: { memory: "256Mi" }, limits: null });
});

test("secretValues replace values", () => {
  const args = { values: { cluster: { name: "a", id: 1 } }, secretValues: { cluster: { name: "b" } } };
  assert.deepEqual(valuesFor(args)["cluster"], { name: "b", id: 1 });
});

test("keys that every object inherits are values like any other", () => {
  const values = { constructor: { name: "a" }, toString: "b" };
  assert.partialDeepStrictEqual(valuesFor({ values }), values);
});

test("with a tunnel, by the input or by the user's values, there are neither direct routes nor a native range", () => {
  const tunnels: readonly TalosCiliumCniArgs[] = [
    { routing: { mode: "tunnel" } },
    { routing: { mode: "tunnel", directRoutes: true } },
    { values: { routingMode: "tunnel" } },
    { secretValues: { routingMode: "tunnel" } },
    { routing: { directRoutes: false }, values: { routingMode: "tunnel" } },
  ];
  for (const args of tunnels) {
    const values = valuesFor(args);
    assert.equal(values["routingMode"], "tunnel");
    assert(!("autoDirectNodeRoutes" in values) && !("ipv4NativeRoutingCIDR" in values), JSON.stringify(args));
  }
});

test("native routing is the default, with the pod range and direct routes unless the input turns them off", () => {
  for (const args of [{}, { routing: { mode: "native" } }, { values: { routingMode: "native" } }] as const) {
    const { routingMode, ipv4NativeRoutingCIDR, autoDirectNodeRoutes } = valuesFor({ ...args, podCidr: "10.42.0.0/16" });
    assert.deepEqual([routingMode, ipv4NativeRoutingCIDR, autoDirectNodeRoutes], ["native", "10.42.0.0/16", true]);
  }
  assert.equal(at({ routing: { directRoutes: false } }, "autoDirectNodeRoutes"), false);
});

test("a mode that the input sets decides about the native range, even if the user's values set another mode", () => {
  const values = valuesFor({ routing: { mode: "native" }, values: { routingMode: "tunnel" } });
  assert.partialDeepStrictEqual(values, { routingMode: "tunnel", ipv4NativeRoutingCIDR: "10.244.0.0/16" });
});

const pools = { loadBalancer: { ipPools: [{ name: "a", blocks: [{ cidr: "192.168.1.0/27" }] }] } };

test("pools set both parts of the rate limit, and a user who sets one of them sets it alone", () => {
  assert.deepEqual(valuesFor(pools)["k8sClientRateLimit"], { qps: 35, burst: 70 });
  for (const own of [{ qps: 200 }, { burst: 300 }, { qps: 200, burst: 300 }, { qps: 0 }]) {
    assert.deepEqual(valuesFor({ ...pools, values: { k8sClientRateLimit: own } })["k8sClientRateLimit"], own);
    assert.deepEqual(valuesFor({ ...pools, secretValues: { k8sClientRateLimit: own } })["k8sClientRateLimit"], own);
  }
});

test("other members of the user's rate limit stay next to those of the pools", () => {
  const values = { k8sClientRateLimit: { operator: { qps: 50 } } };
  assert.deepEqual(valuesFor({ ...pools, values })["k8sClientRateLimit"], { qps: 35, burst: 70, operator: { qps: 50 } });
});

test("without announcements the rate limit is not set", () => {
  assert.equal(valuesFor({ l2: { enabled: false } })["k8sClientRateLimit"], undefined);
});

test("the announcements of the user's values decide whether pools set the rate limit", () => {
  const off = { values: { l2announcements: { enabled: false } } };
  assert.equal(valuesFor({ ...pools, ...off })["k8sClientRateLimit"], undefined);
  const on = { l2: { enabled: false }, values: { l2announcements: { enabled: true } } };
  assert.deepEqual(valuesFor({ ...pools, ...on })["k8sClientRateLimit"], { qps: 35, burst: 70 });
});

test("keys that a release has without a value are set explicitly, and keys that it does not have are left out", () => {
  for (const ciliumVersion of ["1.18.0", "1.18.4", "1.19.6", "1.19.99"]) {
    const values = valuesFor({ ciliumVersion });
    assert.deepEqual([values["policyCIDRMatchMode"], valueAt(values, "debug.verbose")], [[], ""]);
    assert.deepEqual(valueAt(values, "nodePort.addresses"), []);
    assert.equal(values["k8s"], undefined, ciliumVersion);
  }
  for (const ciliumVersion of ["1.20.0", "1.20.7"]) {
    assert.deepEqual(valuesFor({ ciliumVersion })["k8s"], { apiServerURLs: "" });
  }
});

test("images of a pinned release have its digests, and those of any other release have the chart's", () => {
  for (const [ciliumVersion, { source }] of Object.entries(pinnedCharts)) {
    const digests = [source?.images.agent, source?.images.operator, source?.images.relay];
    const paths = ["image.digest", "operator.image.genericDigest", "hubble.relay.image.digest"];
    assert.deepEqual(
      paths.map((path) => at({ ciliumVersion }, path)),
      digests,
      ciliumVersion,
    );
  }
  assert.equal(at({ ciliumVersion: "1.18.99" }, "image"), undefined);
});

test("the operator has a second replica as soon as two nodes are known", () => {
  const replicas = (...nodes: string[]) => at({ lan: { nodes } }, "operator.replicas");
  assert.deepEqual([replicas(), replicas("10.0.0.1"), replicas("10.0.0.1", "10.0.0.2")], [1, 1, 2]);
});

test("without Gateway API none of its values is set", () => {
  assert.equal(valuesFor({ gatewayApi: { enabled: false } })["gatewayAPI"], undefined);
});

test("without lease durations the chart's own timing applies", () => {
  // Helm reads the values as JSON, which has no undefined.
  assert.equal(JSON.stringify(valuesFor({})["l2announcements"]), '{"enabled":true}');
});

test("the IP families of podCidr are those that Cilium uses, each with its native range", () => {
  const familiesOf = (args: TalosCiliumCniArgs) =>
    ["ipv4.enabled", "ipv6.enabled", "ipv4NativeRoutingCIDR", "ipv6NativeRoutingCIDR", "underlayProtocol"].map((path) =>
      at(args, path),
    );
  const [ipv4, ipv6] = ["10.42.0.0/16", "fd00:42::/56"];
  const none = undefined;
  // The chart's defaults are IPv4 on and IPv6 off.
  assert.deepEqual(familiesOf({ podCidr: ipv4 }), [none, none, ipv4, none, none]);
  for (const podCidr of [`${ipv4},${ipv6}`, `${ipv6},${ipv4}`, `${ipv4}, ${ipv6}`]) {
    assert.deepEqual(familiesOf({ podCidr }), [none, true, ipv4, ipv6, none], podCidr);
    assert.deepEqual(familiesOf({ podCidr, routing: { mode: "tunnel" } }), [none, true, none, none, none], podCidr);
  }
  assert.deepEqual(familiesOf({ podCidr: ipv6 }), [false, true, none, ipv6, none]);
  assert.deepEqual(familiesOf({ podCidr: ipv6, routing: { mode: "tunnel" } }), [false, true, none, none, "ipv6"]);
  // Of an invalid podCidr nothing follows: it is refused.
  assert.deepEqual(familiesOf({ podCidr: "x", routing: { mode: "tunnel" } }), [none, none, none, none, none]);
});

test("two replicas of the operator need two nodes, not one node with two addresses", () => {
  assert.equal(at({ lan: { nodes: ["192.168.1.10", "fd00::10"] } }, "operator.replicas"), 1);
  assert.equal(at({ lan: { nodes: ["192.168.1.10", "fd00::10", "192.168.1.11", "fd00::11"] } }, "operator.replicas"), 2);
});

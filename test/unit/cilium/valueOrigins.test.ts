import assert from "node:assert/strict";
import { test } from "node:test";
import { isUserValue, originOf, userValueInput } from "../../../components/cilium/valueOrigins.ts";
import { ciliumValues } from "../../../components/cilium/values.ts";
import { valueAt } from "../../../components/helm/values.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { merge } from "../../../components/support/merge.ts";
import { leafPaths } from "../../harness/leafPaths.ts";

/** The paths of the values that differ between two sets of inputs, without the request limit, which follows from other values. */
function changedPaths(before: TalosCiliumCniArgs, after: TalosCiliumCniArgs): readonly string[] {
  const [old, changed] = [before, after].map((args) => ciliumValues(resolveSettings(args)));
  assert(old !== undefined && changed !== undefined);
  const paths = new Set([...leafPaths(old), ...leafPaths(changed)].map((path) => path.join(".")));
  const own = [...paths].filter((path) => !path.startsWith("k8sClientRateLimit"));
  return own.filter((path) => JSON.stringify(valueAt(old, path)) !== JSON.stringify(valueAt(changed, path))).sort();
}

/** The inputs with one of them set. */
const withInput = (input: string, value: unknown) =>
  merge({}, input.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as TalosCiliumCniArgs);

const withoutUserValues = resolveSettings({});
const originWithoutUserValues = (path: string) => originOf(withoutUserValues, path);

// Each input that sets one value, with a value that is not its default.
const namedInputs: readonly (readonly [input: string, value: unknown, path: string])[] = [
  ["podCidr", "10.42.0.0/16", "ipv4NativeRoutingCIDR"],
  ["routing.directRoutes", false, "autoDirectNodeRoutes"],
  ["kubePrism.host", "192.168.1.9", "k8sServiceHost"],
  ["kubePrism.port", 7446, "k8sServicePort"],
  ["hubble.enabled", true, "hubble.enabled"],
  ["hubble.relay", true, "hubble.relay.enabled"],
  ["hubble.ui", true, "hubble.ui.enabled"],
  ["bgp", [{ name: "lan", localAsn: 64513, peers: [] }], "bgpControlPlane.enabled"],
  ["l2.enabled", false, "l2announcements.enabled"],
  ["l2.leaseDuration", "3s", "l2announcements.leaseDuration"],
  ["l2.leaseRenewDeadline", "1s", "l2announcements.leaseRenewDeadline"],
  ["l2.leaseRetryPeriod", "200ms", "l2announcements.leaseRetryPeriod"],
];

for (const [input, value, path] of namedInputs) {
  test(`${input} changes ${path} and nothing else, and is named as its origin`, () => {
    assert.deepEqual(changedPaths({}, withInput(input, value)), [path]);
    assert.equal(originWithoutUserValues(path), input);
  });
}

test("routing.mode changes routingMode and removes what only native routing needs, and is named as its origin", () => {
  assert.deepEqual(changedPaths({}, withInput("routing.mode", "tunnel")), [
    "autoDirectNodeRoutes",
    "ipv4NativeRoutingCIDR",
    "routingMode",
  ]);
  assert.equal(originWithoutUserValues("routingMode"), "routing.mode");
});

test("podCidr with IPv6 changes the IP families and their ranges and nothing else, and is named as the origin of each", () => {
  const dual = "10.244.0.0/16,fd00::/56";
  const changes = [
    [{ podCidr: dual }, ["ipv6.enabled", "ipv6NativeRoutingCIDR"]],
    [{ podCidr: "fd00::/56" }, ["ipv4.enabled", "ipv4NativeRoutingCIDR", "ipv6.enabled", "ipv6NativeRoutingCIDR"]],
  ] as const;
  for (const [args, paths] of changes) {
    assert.deepEqual(changedPaths({}, args), paths);
    for (const path of paths) assert.equal(originWithoutUserValues(path), "podCidr", path);
  }
  const tunnel: TalosCiliumCniArgs = { routing: { mode: "tunnel" } };
  assert.deepEqual(changedPaths(tunnel, { ...tunnel, podCidr: "fd00::/56" }), [
    "ipv4.enabled",
    "ipv6.enabled",
    "underlayProtocol",
  ]);
  assert.equal(originWithoutUserValues("underlayProtocol"), "podCidr");
  for (const mode of ["cluster-pool", "multi-pool"]) {
    const values = { ipam: { mode } };
    const pools = changedPaths({ values }, { podCidr: dual, values }).filter((path) => path.startsWith("ipam."));
    assert(pools.length > 0);
    for (const path of pools) assert.equal(originWithoutUserValues(path), "podCidr", path);
  }
});

test("gatewayApi.enabled changes all values of Gateway API and nothing else, and is named as the origin of the switch", () => {
  const changed = changedPaths({}, withInput("gatewayApi.enabled", false));
  assert(changed.includes("gatewayAPI.enabled"));
  assert(changed.every((path) => path.startsWith("gatewayAPI.")));
  assert.equal(originWithoutUserValues("gatewayAPI.enabled"), "gatewayApi.enabled");
});

test("every other value is named as a Helm value", () => {
  const named = [...namedInputs.map(([, , path]) => path), "routingMode", "gatewayAPI.enabled"];
  const everything = ciliumValues(resolveSettings({ ciliumVersion: "1.20.0", hubble: { enabled: true, relay: true, ui: true } }));
  const others = leafPaths(everything)
    .map((path) => path.join("."))
    .filter((path) => !named.includes(path));
  assert(others.length > 20);
  for (const path of [...others, "bpf.masquerade", "devices"]) assert.equal(originWithoutUserValues(path), `values.${path}`);
});

test("a value that the user sets is named as the user's, also if an input sets it too", () => {
  for (const [input, value, path] of namedInputs) {
    const userValues = path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), "user") as Record<
      string,
      unknown
    >;
    const values = resolveSettings({ ...withInput(input, value), values: userValues });
    const secretValues = resolveSettings({ ...withInput(input, value), secretValues: userValues });
    assert.deepEqual([originOf(values, path), originOf(secretValues, path)], [`values.${path}`, `secretValues.${path}`]);
    assert.deepEqual([isUserValue(values, path), isUserValue(secretValues, path)], [true, true]);
    assert.equal(isUserValue(withoutUserValues, path), false);
  }
});

test("of several paths the one that the user sets is named, otherwise the input of the first one", () => {
  const paths = ["autoDirectNodeRoutes", "routingMode"] as const;
  assert.equal(originOf(withoutUserValues, ...paths), "routing.directRoutes");
  assert.equal(originOf(resolveSettings({ values: { routingMode: "native" } }), ...paths), "values.routingMode");
  const both = resolveSettings({ values: { autoDirectNodeRoutes: true }, secretValues: { routingMode: "native" } });
  assert.equal(originOf(both, ...paths), "values.autoDirectNodeRoutes");
});

test("a value from both values and secretValues is named as secret, because secretValues win", () => {
  const settings = resolveSettings({ values: { bpf: { masquerade: true } }, secretValues: { bpf: { masquerade: false } } });
  assert.equal(originOf(settings, "bpf.masquerade"), "secretValues.bpf.masquerade");
});

test("null, with which the user asks for the chart's default, is named, because the inputs have no effect then", () => {
  const settings = resolveSettings({ values: { routingMode: null }, secretValues: { k8sServiceHost: null } });
  assert.deepEqual(
    [originOf(settings, "routingMode"), originOf(settings, "k8sServiceHost")],
    ["values.routingMode", "secretValues.k8sServiceHost"],
  );
});

test("a path into a list is secret if the list comes from secretValues", () => {
  const settings = resolveSettings({ values: { devices: ["a"] }, secretValues: { extraArgs: ["b"] } });
  assert.equal(userValueInput(settings, "devices[0]"), "values.devices[0]");
  assert.equal(userValueInput(settings, "extraArgs[0]"), "secretValues.extraArgs[0]");
  assert.equal(userValueInput(settings, "extraArgs"), "secretValues.extraArgs");
});

test("keys that every object inherits are not the user's", () => {
  for (const path of ["constructor", "toString", "bpf.constructor", "__proto__", "hasOwnProperty.name"]) {
    const settings = resolveSettings({ values: { bpf: {} }, secretValues: { hubble: {} } });
    assert.equal(isUserValue(settings, path), false, path);
    assert.equal(userValueInput(settings, path), `values.${path}`);
    assert.equal(originOf(settings, path), `values.${path}`);
  }
});

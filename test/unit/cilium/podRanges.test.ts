import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeRangeSize, podRanges } from "../../../components/cilium/podRanges.ts";
import { ciliumValues } from "../../../components/cilium/values.ts";
import { valueAt } from "../../../components/helm/values.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";

const operator = "values.ipam.operator";

/** The ranges of the pods as `input range`, and the range that is not masqueraded. */
function rangesOf(args: TalosCiliumCniArgs) {
  const settings = resolveSettings(args);
  const values = ciliumValues(settings);
  const pods = podRanges(settings, values).map(({ input, range }) => `${input} ${range.text}`);
  return { pods, native: valueAt(values, "ipv4NativeRoutingCIDR") };
}

const ipam = (mode: string, operator: object = {}): TalosCiliumCniArgs => ({
  podCidr: "10.42.0.0/16",
  values: { ipam: { mode, operator } },
});

test("pods get podCidr, whoever assigns it, and it is not masqueraded", () => {
  for (const mode of ["kubernetes", "cluster-pool", "multi-pool"]) {
    assert.deepEqual(rangesOf(ipam(mode)), { pods: ["podCidr 10.42.0.0/16"], native: "10.42.0.0/16" }, mode);
  }
  const values = ciliumValues(resolveSettings(ipam("cluster-pool")));
  assert.deepEqual(valueAt(values, "ipam.operator.clusterPoolIPv4PodCIDRList"), ["10.42.0.0/16"]);
});

test("a pool of the user's own takes the place of podCidr", () => {
  const native = "10.50.0.0/16";
  for (const list of [[native], native]) {
    assert.deepEqual(rangesOf(ipam("cluster-pool", { clusterPoolIPv4PodCIDRList: list })), {
      pods: [`${operator}.clusterPoolIPv4PodCIDRList[0] ${native}`],
      native,
    });
  }
  assert.deepEqual(rangesOf(ipam("multi-pool", { autoCreateCiliumPodIPPools: { default: { ipv4: { cidrs: [native] } } } })), {
    pods: [`${operator}.autoCreateCiliumPodIPPools.default.ipv4.cidrs[0] ${native}`],
    native,
  });
});

test("of several pools all count, and no single range can be the one that is not masqueraded", () => {
  assert.deepEqual(rangesOf(ipam("cluster-pool", { clusterPoolIPv4PodCIDRList: ["10.50.0.0/16", "10.60.0.0/16"] })), {
    pods: [0, 1].map((index) => `${operator}.clusterPoolIPv4PodCIDRList[${index}] 10.${50 + index * 10}.0.0/16`),
    native: "10.42.0.0/16",
  });
  const other = { ipv4: { cidrs: ["10.60.0.0/16"] } };
  assert.deepEqual(rangesOf(ipam("multi-pool", { autoCreateCiliumPodIPPools: { other } })).pods, [
    "podCidr 10.42.0.0/16",
    `${operator}.autoCreateCiliumPodIPPools.other.ipv4.cidrs[0] 10.60.0.0/16`,
  ]);
});

test("nothing is known about other IPAM modes, and malformed ranges are left out", () => {
  assert.deepEqual(rangesOf(ipam("eni")).pods, []);
  assert.deepEqual(rangesOf(ipam("cluster-pool", { clusterPoolIPv4PodCIDRList: ["10.50.0.0", "x"] })).pods, []);
  assert.deepEqual(rangesOf(ipam("cluster-pool", { clusterPoolIPv4PodCIDRList: 5 })).pods, []);
  assert.deepEqual(rangesOf(ipam("multi-pool", { autoCreateCiliumPodIPPools: null })).pods, []);
});

test("a node's part of the range has the size that whoever assigns it is told", () => {
  const sizeOf = (args: TalosCiliumCniArgs) => {
    const settings = resolveSettings(args);
    return nodeRangeSize(settings, ciliumValues(settings), 4);
  };
  assert.equal(sizeOf({}), 24);
  assert.equal(sizeOf({ talos: { nodeCidrMaskSize: 25 } }), 25);
  assert.equal(sizeOf({ ...ipam("cluster-pool"), talos: { nodeCidrMaskSize: 25 } }), 24);
  assert.equal(sizeOf(ipam("cluster-pool", { clusterPoolIPv4MaskSize: 26 })), 26);
  assert.equal(sizeOf(ipam("multi-pool", { autoCreateCiliumPodIPPools: { default: { ipv4: { maskSize: 27 } } } })), 27);
});

test("each IP family has ranges, and node ranges, of its own", () => {
  const podCidr = "fd00:42::/56,10.42.0.0/16";
  for (const [mode, sizes] of [
    ["kubernetes", [24, 64]],
    ["cluster-pool", [24, 72]],
    ["multi-pool", [24, 72]],
  ] as const) {
    const settings = resolveSettings({ podCidr, values: { ipam: { mode } } });
    const values = ciliumValues(settings);
    const pods = podRanges(settings, values).map(({ input, range }) => `${input} ${range.text}`);
    assert.deepEqual(pods.toSorted(), ["podCidr 10.42.0.0/16", "podCidr fd00:42::/56"], mode);
    assert.deepEqual(
      ([4, 6] as const).map((family) => nodeRangeSize(settings, values, family)),
      sizes,
      mode,
    );
    assert.equal(valueAt(values, "ipv6NativeRoutingCIDR"), "fd00:42::/56");
  }
});

test("Cilium's operator gives each node the chart's own /120, or the longest prefix that it accepts", () => {
  const settings = (podCidr: string) => resolveSettings({ podCidr, values: { ipam: { mode: "cluster-pool" } } });
  for (const [podCidr, size] of [
    ["fd00::/48", 64],
    ["fd00::/56", 72],
    ["fd00::/104", 120],
    ["fd00::/112", 120],
  ] as const) {
    assert.equal(nodeRangeSize(settings(podCidr), ciliumValues(settings(podCidr)), 6), size);
  }
});

test("a pool of IPv6 of the user's own takes the place of podCidr", () => {
  const settings = resolveSettings({
    values: { ipv6: { enabled: true }, ipam: { mode: "cluster-pool", operator: { clusterPoolIPv6PodCIDRList: ["fd50::/104"] } } },
  });
  const values = ciliumValues(settings);
  assert.deepEqual(
    podRanges(settings, values).map(({ input, range }) => `${input} ${range.text}`),
    ["podCidr 10.244.0.0/16", `${operator}.clusterPoolIPv6PodCIDRList[0] fd50::/104`],
  );
  assert.equal(valueAt(values, "ipv6NativeRoutingCIDR"), "fd50::/104");
});

import { type HelmValues, isMap, valueAt } from "../helm/values.ts";
import { type NamedRange, namedRange, podCidrRanges } from "../inputs/network.ts";
import type { Settings } from "../inputs/settings.ts";
import { type IpRange, parseCidr, prefixLengthOf } from "../support/ipRange.ts";
import { merge } from "../support/merge.ts";
import { ipamMode } from "./facts.ts";
import { isUserValue, originOf, userValueInput, type UserValues } from "./valueOrigins.ts";

const families = [4, 6] as const;
const clusterPool = (family: 4 | 6) => `ipam.operator.clusterPoolIPv${family}PodCIDRList`;
const podIpPools = "ipam.operator.autoCreateCiliumPodIPPools";

type RangeSettings = Pick<Settings, "podCidr"> & UserValues;

/**
 * The ranges that pods get their addresses from. They depend on who assigns them: the controller manager (`kubernetes`) or Cilium's
 * operator (`cluster-pool`, `multi-pool`). Empty for other IPAM modes, about which nothing is known, and without malformed ranges.
 */
export function podRanges(settings: RangeSettings, values: HelmValues): readonly NamedRange[] {
  switch (ipamMode(values)) {
    case "kubernetes":
      return podCidrRanges(settings);
    case "cluster-pool":
      return families.flatMap((family) => rangesAt(settings, values, clusterPool(family)));
    case "multi-pool": {
      const pools = valueAt(values, podIpPools);
      if (!isMap(pools)) return [];
      return Object.keys(pools).flatMap((name) =>
        families.flatMap((family) => rangesAt(settings, values, `${podIpPools}.${name}.ipv${family}.cidrs`)),
      );
    }
    default:
      return [];
  }
}

/** The IP families of `podCidr`, the primary one first. */
export function podFamilies(settings: Pick<Settings, "podCidr">): readonly (4 | 6)[] {
  return podCidrRanges(settings).map(({ range }) => range.family);
}

/** The prefix length of the range of a family that each node gets. */
export function nodeRangeSize({ talos }: Pick<Settings, "talos">, values: HelmValues, family: 4 | 6): number {
  const mode = ipamMode(values);
  if (mode === "kubernetes") return family === 4 ? talos.nodeCidrMaskSize : talos.nodeCidrMaskSizeIPv6;
  const path =
    mode === "multi-pool" ? `${podIpPools}.default.ipv${family}.maskSize` : `ipam.operator.clusterPoolIPv${family}MaskSize`;
  return Number(valueAt(values, path) ?? chartNodeRangeSize[family]);
}

/** The value that makes Cilium's operator assign addresses of `podCidr`, if it is the one that assigns them. */
export function operatorPoolValues(settings: Pick<Settings, "podCidr" | "userValues">): HelmValues {
  const ranges = podCidrRanges(settings).map(({ range }) => range);
  switch (valueAt(settings.userValues, "ipam.mode")) {
    case "cluster-pool":
      return merge<HelmValues>({}, ...ranges.map(clusterPoolValues));
    case "multi-pool":
      return { autoCreateCiliumPodIPPools: { default: merge<HelmValues>({}, ...ranges.map(multiPoolValues)) } };
    default:
      return {};
  }
}

function clusterPoolValues(range: IpRange): HelmValues {
  const { family, text } = range;
  return { [`clusterPoolIPv${family}PodCIDRList`]: [text], [`clusterPoolIPv${family}MaskSize`]: operatorNodeRangeSize(range) };
}

function multiPoolValues(range: IpRange): HelmValues {
  return { [`ipv${range.family}`]: { cidrs: [range.text], maskSize: operatorNodeRangeSize(range) } };
}

/** The chart's own prefix lengths of the ranges of nodes. */
const chartNodeRangeSize = { 4: 24, 6: 120 } as const;

/** How much longer the prefix of a node's IPv6 range may be than that of the whole range. Kubernetes and Cilium refuse more. */
export const largestIpv6Difference = 16;

/** The prefix length of a node's part of a range: the chart's own, or the nearest to it that the operator accepts. */
function operatorNodeRangeSize(range: IpRange): number {
  if (range.family === 4) return chartNodeRangeSize[4];
  return Math.min(chartNodeRangeSize[6], prefixLengthOf(range) + largestIpv6Difference);
}

function rangesAt(settings: RangeSettings, values: HelmValues, path: string): readonly NamedRange[] {
  const list = valueAt(values, path);
  return textsIn(list).flatMap((text, index) => {
    const input = isUserValue(settings, path) ? userValueInput(settings, `${path}[${index}]`) : originOf(settings, path);
    return namedRange(input, parseCidr(text));
  });
}

/** The chart takes a list, or text with blanks between the ranges. */
function textsIn(list: unknown): readonly string[] {
  if (Array.isArray(list)) return list.map(String);
  return typeof list === "string" ? list.split(/\s+/) : [];
}

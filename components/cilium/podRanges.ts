import { type HelmValues, isMap, valueAt } from "../helm/values.ts";
import { type NamedRange, namedRange } from "../inputs/network.ts";
import type { Settings } from "../inputs/settings.ts";
import { parseCidr } from "../support/ipRange.ts";
import { isUserValue, originOf, userValueInput, type UserValues } from "./valueOrigins.ts";

const clusterPool = "ipam.operator.clusterPoolIPv4PodCIDRList";
const podIpPools = "ipam.operator.autoCreateCiliumPodIPPools";

type RangeSettings = Pick<Settings, "podCidr"> & UserValues;

/**
 * The IPv4 ranges that pods get their addresses from. They depend on who assigns them: the controller manager (`kubernetes`) or Cilium's
 * operator (`cluster-pool`, `multi-pool`). Empty for other IPAM modes, about which nothing is known, and without malformed ranges.
 */
export function podRanges(settings: RangeSettings, values: HelmValues): readonly NamedRange[] {
  switch (valueAt(values, "ipam.mode")) {
    case "kubernetes":
      return namedRange("podCidr", parseCidr(settings.podCidr));
    case "cluster-pool":
      return rangesAt(settings, values, clusterPool);
    case "multi-pool": {
      const pools = valueAt(values, podIpPools);
      if (!isMap(pools)) return [];
      return Object.keys(pools).flatMap((name) => rangesAt(settings, values, `${podIpPools}.${name}.ipv4.cidrs`));
    }
    default:
      return [];
  }
}

/** The prefix length of the range that each node gets. */
export function nodeRangeSize({ talos }: Pick<Settings, "talos">, values: HelmValues): number {
  const size = {
    "cluster-pool": valueAt(values, "ipam.operator.clusterPoolIPv4MaskSize"),
    "multi-pool": valueAt(values, `${podIpPools}.default.ipv4.maskSize`),
  }[String(valueAt(values, "ipam.mode"))];
  if (valueAt(values, "ipam.mode") === "kubernetes") return talos.nodeCidrMaskSize;
  return Number(size ?? 24);
}

/** The value that makes Cilium's operator assign addresses of `podCidr`, if it is the one that assigns them. */
export function operatorPoolValues({ podCidr, userValues }: Pick<Settings, "podCidr" | "userValues">): HelmValues {
  switch (valueAt(userValues, "ipam.mode")) {
    case "cluster-pool":
      return { clusterPoolIPv4PodCIDRList: [podCidr] };
    case "multi-pool":
      return { autoCreateCiliumPodIPPools: { default: { ipv4: { cidrs: [podCidr], maskSize: 24 } } } };
    default:
      return {};
  }
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

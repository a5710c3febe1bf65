import { type HelmValues, isOn, valueAt } from "../helm/values.ts";
import { isInRange } from "../versions/supported.ts";
import { chainingValue, encryptsBy, masqueradesByIptables, replacesKubeProxy } from "./facts.ts";

/** The value that makes pod traffic pass through the host's network stack on request. Undefined if none does. */
export function legacyRoutingValue(values: HelmValues): string | undefined {
  const path = "bpf.hostLegacyRouting";
  if (valueAt(values, path) !== undefined) return isOn(values, path) ? path : undefined;
  // The chart turns it on for CNI chaining.
  return chainingValue(values);
}

/** Whether eBPF host routing is on, so that traffic of pods bypasses the host. The agent falls back to the host otherwise. */
export function bypassesHost(values: HelmValues, ciliumVersion: string): boolean {
  if (!replacesKubeProxy(values) || legacyRoutingValue(values) !== undefined || masqueradesByIptables(values)) return false;
  return !isTurnedOffByIpsec(values, ciliumVersion);
}

/** Whether IPsec turns eBPF host routing off, as it does up to Cilium 1.18. */
export function isTurnedOffByIpsec(values: HelmValues, ciliumVersion: string): boolean {
  return encryptsBy(values, "ipsec") && isInRange(ciliumVersion, "<1.19.0");
}

/** Whether the pods' connections use BBR, and not only those of the host. */
export function usesBbr(values: HelmValues): boolean {
  const isBbr = isOn(values, "bandwidthManager.enabled") && isOn(values, "bandwidthManager.bbr");
  return isBbr && !isOn(values, "bandwidthManager.bbrHostNamespaceOnly");
}

/** Whether pods are connected by netkit devices. */
export function usesNetkit(values: HelmValues): boolean {
  return ["netkit", "netkit-l2"].includes(String(valueAt(values, "bpf.datapathMode")));
}

/** The values that only do their work with eBPF host routing, of those that are on. */
export function needsHostRouting(values: HelmValues): readonly string[] {
  const bigTcp = ["enableIPv4BIGTCP", "enableIPv6BIGTCP"].filter((path) => isOn(values, path));
  return [...bigTcp, ...(usesBbr(values) ? ["bandwidthManager.bbr"] : []), ...(usesNetkit(values) ? ["bpf.datapathMode"] : [])];
}

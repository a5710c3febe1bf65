import semver from "semver";
import { type HelmValues, isOff, isOn, valueAt } from "../helm/values.ts";
import { replacesKubeProxy } from "./facts.ts";

/** Whether eBPF host routing is on, so that traffic of pods does not pass through the host. */
export function bypassesHost(values: HelmValues, ciliumVersion: string): boolean {
  if (!replacesKubeProxy(values) || isOn(values, "bpf.hostLegacyRouting")) return false;
  // Up to Cilium 1.18, IPsec turns eBPF host routing off.
  const usesIpsec = isOn(values, "encryption.enabled") && (valueAt(values, "encryption.type") ?? "ipsec") === "ipsec";
  if (usesIpsec && semver.satisfies(ciliumVersion, "<1.19.0")) return false;
  // eBPF host routing is also on if nothing is masqueraded.
  const isUnmasqueraded = isOff(values, "enableIPv4Masquerade") && !isOn(values, "ipv6.enabled");
  return isOn(values, "bpf.masquerade") || isUnmasqueraded;
}

/** Whether the agent starts with legacy host routing. BBR and BIG TCP need eBPF host routing. */
export function allowsLegacyHostRouting(values: HelmValues): boolean {
  const usesBbr = isOn(values, "bandwidthManager.enabled") && isOn(values, "bandwidthManager.bbr");
  return !usesBbr && !isOn(values, "enableIPv4BIGTCP") && !isOn(values, "enableIPv6BIGTCP");
}

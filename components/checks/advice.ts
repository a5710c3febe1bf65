import { legacyRoutingValue, needsHostRouting } from "../cilium/hostRouting.ts";
import { originOf, type UserValues } from "../cilium/valueOrigins.ts";
import type { HelmValues } from "../helm/values.ts";
import type { UnsafeChange } from "../inputs/args.ts";
import type { Settings } from "../inputs/settings.ts";
import { forwardsKubeDns } from "../talos/clusterDns.ts";

// The ways out that problems offer. The tests read them in the text of each problem, follow them, and need inputs that are accepted. If the
// agent would not have started, the suite verdicts asks it too.

/** `set values.bpf.masquerade to true`. */
export function setTo(input: string, value: unknown): string {
  return `set ${input} to ${JSON.stringify(value)}`;
}

/** `leave values.bpf.masquerade out`. */
export function leaveOut(input: string): string {
  return `leave ${input} out`;
}

/** Steps that belong together: `set a to 1 and leave b out`. */
export function allOf(...steps: readonly string[]): string {
  return steps.join(" and ");
}

/** `set allowUnsafeChanges to ["podCidr"]`: permits a change, besides those that are permitted already. */
export function permitChange({ allowUnsafeChanges }: Pick<Settings, "allowUnsafeChanges">, change: UnsafeChange): string {
  return setTo("allowUnsafeChanges", [...allowUnsafeChanges, change]);
}

/** Alternatives: `set a to 1, or leave b out`. */
export function anyOf(ways: readonly string[]): string {
  return ways.join(", or ");
}

/** Ranges for networks of one's own, for users who have none yet. */
export const ipv6Examples = { podCidr: "fd00:10:244::/56", serviceCidr: "fd00:10:96::/108" } as const;

/** Leaves the machines to talosctl. */
export const withoutMachines = allOf(leaveOut("talos.controlPlanes"), leaveOut("talos.workers"));

/** Takes the DNS of the cluster back from Talos, so that pods may bypass the host. */
export const withoutHostDns =
  "turn hostDNS.forwardKubeDNSToHost off in the machine config and set talos.forwardKubeDNSToHost to false";

/** Lets BPF masquerade, in a way that fits Talos' DNS and the values that need eBPF host routing. */
export function masqueradeByBpf(settings: Pick<Settings, "talos"> & UserValues, values: HelmValues): string {
  const masquerade = setTo(originOf(settings, "bpf.masquerade"), true);
  if (!forwardsKubeDns(settings) || legacyRoutingValue(values) !== undefined) return masquerade;
  if (needsHostRouting(values).length > 0) return allOf(masquerade, withoutHostDns);
  return allOf(masquerade, setTo(originOf(settings, "bpf.hostLegacyRouting"), true));
}

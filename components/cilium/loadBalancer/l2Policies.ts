import type { L2Policy } from "../../inputs/loadBalancerArgs.ts";
import type { KubernetesObject } from "../../kubernetes/yaml.ts";

/** Creates a CiliumL2AnnouncementPolicy. It is cluster-scoped. */
export function l2PolicyObject({ name, ...selection }: L2Policy, apiVersion: string): KubernetesObject {
  // Cilium announces nothing unless loadBalancerIPs or externalIPs is true, and both are false by default.
  const spec = { loadBalancerIPs: true, ...selection };
  return { apiVersion, kind: "CiliumL2AnnouncementPolicy", metadata: { name }, spec };
}

/** Whether a policy announces addresses that Services got from a pool, and not only those that a Service names itself. */
export function announcesPools({ loadBalancerIPs = true }: L2Policy): boolean {
  return loadBalancerIPs;
}

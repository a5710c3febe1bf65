import type { IpPool, L2Policy } from "../../inputs/loadBalancerArgs.ts";
import type { KubernetesObject } from "../../kubernetes/yaml.ts";
import type { Settings } from "../../inputs/settings.ts";
import { supportedMinor } from "../../versions/supported.ts";

/** The IP pools and L2 announcement policies as Kubernetes objects; both kinds are cluster-scoped. */
export function loadBalancerObjects({ ciliumVersion, loadBalancer }: Pick<Settings, "ciliumVersion" | "loadBalancer">) {
  const minor = supportedMinor(ciliumVersion);
  return [
    ...loadBalancer.ipPools.map((pool) => object(minor.ipPool, "CiliumLoadBalancerIPPool", pool.name, poolSpec(pool))),
    ...loadBalancer.l2Policies.map((policy) =>
      object(minor.l2Policy, "CiliumL2AnnouncementPolicy", policy.name, policySpec(policy)),
    ),
  ];
}

function poolSpec({ name: _, ...spec }: IpPool) {
  return spec;
}

function policySpec({ name: _, ...spec }: L2Policy) {
  // Cilium announces nothing unless one of the two is true, and both are false by default.
  return { loadBalancerIPs: true, ...spec };
}

function object(apiVersion: string, kind: string, name: string, spec: object): KubernetesObject {
  return { apiVersion, kind, metadata: { name }, spec };
}

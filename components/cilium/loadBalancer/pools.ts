import type { IpPool } from "../../inputs/loadBalancerArgs.ts";
import type { KubernetesObject } from "../../kubernetes/yaml.ts";

/** Creates a CiliumLoadBalancerIPPool. It is cluster-scoped. */
export function ipPoolObject({ name, ...spec }: IpPool, apiVersion: string): KubernetesObject {
  return { apiVersion, kind: "CiliumLoadBalancerIPPool", metadata: { name }, spec };
}

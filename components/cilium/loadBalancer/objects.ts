import type { Settings } from "../../inputs/settings.ts";
import type { KubernetesObject } from "../../kubernetes/yaml.ts";
import { supportedMinor } from "../../versions/supported.ts";
import { bgpObjects } from "./bgp.ts";
import { l2PolicyObject } from "./l2Policies.ts";
import { ipPoolObject } from "./pools.ts";

/** Creates the IP pools, the L2 announcement policies, and the objects of BGP. */
export function loadBalancerObjects({
  ciliumVersion,
  loadBalancer,
  bgp,
}: Pick<Settings, "ciliumVersion" | "loadBalancer" | "bgp">): readonly KubernetesObject[] {
  const { ipPool, l2Policy } = supportedMinor(ciliumVersion);
  return [
    ...loadBalancer.ipPools.map((pool) => ipPoolObject(pool, ipPool)),
    ...loadBalancer.l2Policies.map((policy) => l2PolicyObject(policy, l2Policy)),
    ...bgp.flatMap(bgpObjects),
  ];
}

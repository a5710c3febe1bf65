import type { Settings } from "../../inputs/settings.ts";
import type { KubernetesObject } from "../../kubernetes/yaml.ts";
import { supportedMinor } from "../../versions/supported.ts";
import { l2PolicyObject } from "./l2Policies.ts";
import { ipPoolObject } from "./pools.ts";

/** Creates the IP pools and the L2 announcement policies. */
export function loadBalancerObjects({
  ciliumVersion,
  loadBalancer,
}: Pick<Settings, "ciliumVersion" | "loadBalancer">): readonly KubernetesObject[] {
  const { ipPool, l2Policy } = supportedMinor(ciliumVersion);
  return [
    ...loadBalancer.ipPools.map((pool) => ipPoolObject(pool, ipPool)),
    ...loadBalancer.l2Policies.map((policy) => l2PolicyObject(policy, l2Policy)),
  ];
}

import { hasPath, valueAt } from "../helm/values.ts";
import type { Settings } from "../inputs/settings.ts";

// The inputs that set a value. Keep this list in step with values.ts; a test compares the two.
const inputOfValue: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "ipv4.enabled": "podCidr",
    "ipv6.enabled": "podCidr",
    "ipam.operator.clusterPoolIPv4PodCIDRList": "podCidr",
    "ipam.operator.clusterPoolIPv6PodCIDRList": "podCidr",
    "ipam.operator.clusterPoolIPv6MaskSize": "podCidr",
    "ipam.operator.autoCreateCiliumPodIPPools.default.ipv4.cidrs": "podCidr",
    "ipam.operator.autoCreateCiliumPodIPPools.default.ipv6.cidrs": "podCidr",
    "ipam.operator.autoCreateCiliumPodIPPools.default.ipv6.maskSize": "podCidr",
    underlayProtocol: "podCidr",
    routingMode: "routing.mode",
    ipv4NativeRoutingCIDR: "podCidr",
    ipv6NativeRoutingCIDR: "podCidr",
    autoDirectNodeRoutes: "routing.directRoutes",
    k8sServiceHost: "kubePrism.host",
    k8sServicePort: "kubePrism.port",
    "gatewayAPI.enabled": "gatewayApi.enabled",
    "hubble.enabled": "hubble.enabled",
    "hubble.relay.enabled": "hubble.relay",
    "hubble.ui.enabled": "hubble.ui",
    "l2announcements.enabled": "l2.enabled",
    "l2announcements.leaseDuration": "l2.leaseDuration",
    "l2announcements.leaseRenewDeadline": "l2.leaseRenewDeadline",
    "l2announcements.leaseRetryPeriod": "l2.leaseRetryPeriod",
    "bgpControlPlane.enabled": "bgp",
  }),
);

/** The user's own values. `secretValues` tells which of them come from there. */
export type UserValues = Pick<Settings, "userValues" | "secretValues">;

/**
 * Names the input that sets the value at the first of these paths. If the user's own values set one of the paths, the input is that value;
 * otherwise it is the input that values.ts reads.
 */
export function originOf(settings: UserValues, ...paths: readonly [string, ...string[]]): string {
  const ownPath = paths.find((path) => hasPath(settings.userValues, path));
  if (ownPath !== undefined) return userValueInput(settings, ownPath);
  return inputOfValue.get(paths[0]) ?? `values.${paths[0]}`;
}

/** Whether the user's own values set the value at a path. Null asks for the chart's default instead. */
export function isUserValue({ userValues }: UserValues, path: string): boolean {
  return valueAt(userValues, path) !== undefined;
}

/** Names one of the user's own values as an input: `values.bpf.masquerade`, or `secretValues.bpf.masquerade` if it comes from there. */
export function userValueInput({ secretValues }: UserValues, path: string): string {
  // Lists are merged as a whole, so the path up to the first index decides.
  const [keys = path] = path.split("[", 1);
  const isFromSecretValues = hasPath(secretValues, keys);
  return `${isFromSecretValues ? "secretValues" : "values"}.${path}`;
}

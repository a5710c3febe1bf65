import semver from "semver";
import { type HelmValues, isOff, isOn, valueAt } from "../helm/values.ts";

// Questions about the effective values. Values, checks, patches and deliveries all ask here, so that they agree.

/** Whether agents may announce LoadBalancer IPs on the LAN. */
export function announcesOnLan(values: HelmValues): boolean {
  return isOn(values, "l2announcements.enabled");
}

/** Whether Cilium does the work of kube-proxy. */
export function replacesKubeProxy(values: HelmValues): boolean {
  return isOn(values, "kubeProxyReplacement");
}

/** Whether the operator serves Gateways. It then needs the Gateway API CRDs. */
export function servesGatewayApi(values: HelmValues): boolean {
  return isOn(values, "gatewayAPI.enabled");
}

/** Where the agents and the operator reach the Kubernetes API. */
export function apiServerAddress(values: HelmValues): { readonly host: string; readonly port: number } {
  const host = valueAt(values, "k8sServiceHost");
  return { host: typeof host === "string" ? host : "", port: Number(valueAt(values, "k8sServicePort")) };
}

/** Whether nodes route pod traffic themselves, without a tunnel. */
export function routesNatively(values: HelmValues): boolean {
  return valueAt(values, "routingMode") === "native";
}

/** Whether Cilium uses an IP family. The chart's defaults are IPv4 on and IPv6 off. */
export function usesFamily(values: HelmValues, family: 4 | 6): boolean {
  return family === 4 ? !isOff(values, "ipv4.enabled") : isOn(values, "ipv6.enabled");
}

/** Whether nodes encrypt pod traffic with IPsec, which is the chart's default type. */
export function encryptsWithIpsec(values: HelmValues): boolean {
  return isOn(values, "encryption.enabled") && (valueAt(values, "encryption.type") ?? "ipsec") === "ipsec";
}

/** Whether Envoy runs in a DaemonSet of its own. Otherwise it runs inside the agent's container, if at all. */
export function runsEnvoyDaemonSet(values: HelmValues): boolean {
  if (isOff(values, "l7Proxy")) return false;
  if (valueAt(values, "envoy.enabled") !== undefined) return isOn(values, "envoy.enabled");
  // The chart leaves Envoy where the first installed release had it. Since 1.16, that is the DaemonSet.
  const firstRelease = valueAt(values, "upgradeCompatibility");
  return typeof firstRelease !== "string" || semver.satisfies(semver.coerce(firstRelease) ?? "1.16.0", ">=1.16.0");
}

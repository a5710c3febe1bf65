import semver from "semver";
import { type HelmValues, isOff, isOn, textAt, valueAt } from "../helm/values.ts";
import type { RoutingMode } from "../inputs/args.ts";

// Questions about the effective values. Values, checks, patches and deliveries all ask here, so that they agree.

/** Whether agents may announce LoadBalancer IPs on the LAN. */
export function announcesOnLan(values: HelmValues): boolean {
  return isOn(values, "l2announcements.enabled");
}

/** Whether agents may announce addresses to routers by BGP. */
export function announcesByBgp(values: HelmValues): boolean {
  return isOn(values, "bgpControlPlane.enabled");
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

/** How pod traffic travels from node to node. */
export function routingMode(values: HelmValues): RoutingMode {
  return routesNatively(values) ? "native" : "tunnel";
}

/** Who gives pods their addresses: `kubernetes`, or Cilium's operator in one of its modes. */
export function ipamMode(values: HelmValues): string {
  return textAt(values, "ipam.mode") ?? "cluster-pool";
}

/** Whether Cilium uses an IP family. The chart's defaults are IPv4 on and IPv6 off. */
export function usesFamily(values: HelmValues, family: 4 | 6): boolean {
  return family === 4 ? !isOff(values, "ipv4.enabled") : isOn(values, "ipv6.enabled");
}

/** Whether nodes send pod traffic to each other through a tunnel. */
export function usesTunnel(values: HelmValues): boolean {
  return !routesNatively(values);
}

/** The protocol of the tunnel, which DSR with dispatch `geneve` uses without a tunnel too. */
export function tunnelProtocol(values: HelmValues): string {
  return textAt(values, "tunnelProtocol") ?? "vxlan";
}

/** Whether traffic of pods to the outside gets the address of the node. Without a family: of any. */
export function masquerades(values: HelmValues, family?: 4 | 6): boolean {
  if (family === undefined) return masquerades(values, 4) || masquerades(values, 6);
  return usesFamily(values, family) && !isOff(values, `enableIPv${family}Masquerade`);
}

/** Whether iptables masquerades, because BPF does not. */
export function masqueradesByIptables(values: HelmValues): boolean {
  return masquerades(values) && !isOn(values, "bpf.masquerade");
}

/** How traffic between nodes is encrypted, if it is. */
export function encryptionType(values: HelmValues): string {
  return textAt(values, "encryption.type") ?? "ipsec";
}

/** Whether traffic between nodes is encrypted in this way. */
export function encryptsBy(values: HelmValues, type: "ipsec" | "wireguard"): boolean {
  return isOn(values, "encryption.enabled") && encryptionType(values) === type;
}

/** How Services are reached: `snat`, `dsr` or `hybrid`. */
export function loadBalancerMode(values: HelmValues): string {
  return textAt(values, "loadBalancer.mode") ?? "snat";
}

/** Whether some replies go from the backend's node to the client directly. */
export function usesDsr(values: HelmValues): boolean {
  return ["dsr", "hybrid"].includes(loadBalancerMode(values)) || isOn(values, "bpf.lbModeAnnotation");
}

/** How DSR tells the backend's node the address of the Service: `opt`, `ipip` or `geneve`. */
export function dsrDispatch(values: HelmValues): string {
  return textAt(values, "loadBalancer.dsrDispatch") ?? "opt";
}

/** Whether Envoy runs in a DaemonSet of its own. Otherwise it runs inside the agent's container, if at all. */
export function runsEnvoyDaemonSet(values: HelmValues): boolean {
  if (isOff(values, "l7Proxy")) return false;
  if (valueAt(values, "envoy.enabled") !== undefined) return isOn(values, "envoy.enabled");
  // The chart leaves Envoy where the first installed release had it. Since 1.16, that is the DaemonSet.
  const firstRelease = valueAt(values, "upgradeCompatibility");
  return typeof firstRelease !== "string" || semver.satisfies(semver.coerce(firstRelease) ?? "1.16.0", ">=1.16.0");
}

/** The value that chains Cilium to another CNI plugin. Undefined if none does. The chart then changes several of its defaults. */
export function chainingValue(values: HelmValues): string | undefined {
  const mode = valueAt(values, "cni.chainingMode");
  if (mode === undefined) return valueAt(values, "cni.chainingTarget") === undefined ? undefined : "cni.chainingTarget";
  return mode === "none" ? undefined : "cni.chainingMode";
}

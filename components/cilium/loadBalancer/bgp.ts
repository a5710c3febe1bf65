import type { HelmValues } from "../../helm/values.ts";
import type { BgpAdvertise, BgpInstance, BgpPeer } from "../../inputs/bgpArgs.ts";
import type { Settings } from "../../inputs/settings.ts";
import type { KubernetesObject } from "../../kubernetes/yaml.ts";
import { parseAddress } from "../../support/ipRange.ts";
import { announcesByBgp } from "../facts.ts";

const apiVersion = "cilium.io/v2";

/** The label by which the peers of an instance find its advertisement. */
const instanceLabel = "talos-cilium-cni/bgp";

/**
 * Creates the objects of a BGP instance: a CiliumBGPPeerConfig for each peer, the CiliumBGPAdvertisement, and the CiliumBGPClusterConfig that
 * opens the sessions, in the order of what needs what. All are cluster-scoped.
 */
export function bgpObjects(instance: BgpInstance): readonly KubernetesObject[] {
  return [
    ...instance.peers.map((peer) => peerConfigObject(instance, peer)),
    advertisementObject(instance),
    clusterConfigObject(instance),
  ];
}

function clusterConfigObject({ name, localAsn, peers, nodeSelector }: BgpInstance): KubernetesObject {
  const bgpInstance = {
    name,
    localASN: localAsn,
    peers: peers.map(({ address, asn }) => ({
      name: address,
      peerASN: asn,
      peerAddress: address,
      peerConfigRef: { name: peerConfigName(name, address) },
    })),
  };
  const spec = { ...(nodeSelector !== undefined && { nodeSelector }), bgpInstances: [bgpInstance] };
  return { apiVersion, kind: "CiliumBGPClusterConfig", metadata: { name }, spec };
}

function peerConfigObject({ name }: BgpInstance, peer: BgpPeer): KubernetesObject {
  const { address, port, ebgpMultihop, gracefulRestart, authSecretRef } = peer;
  const spec = {
    ...(authSecretRef !== undefined && { authSecretRef }),
    ...(ebgpMultihop !== undefined && { ebgpMultihop }),
    // Cilium announces nothing to a peer without families. A session carries the routes of its own IP family: for the other one, the next hop
    // would be an address that the router does not reach.
    families: [{ afi: `ipv${familyOf(address)}`, safi: "unicast", advertisements: { matchLabels: { [instanceLabel]: name } } }],
    ...(gracefulRestart !== undefined && { gracefulRestart }),
    ...timersOf(peer),
    ...(port !== undefined && { transport: { peerPort: port } }),
  };
  return { apiVersion, kind: "CiliumBGPPeerConfig", metadata: { name: peerConfigName(name, address) }, spec };
}

/** The timers that the peer sets. The API server refuses a hold time that is shorter than the default interval of messages, 30 seconds. */
function timersOf({ holdTimeSeconds, keepAliveTimeSeconds, connectRetryTimeSeconds }: BgpPeer): object {
  const keepAlive = keepAliveTimeSeconds ?? (holdTimeSeconds === undefined ? undefined : Math.floor(holdTimeSeconds / 3));
  const timers = {
    ...(connectRetryTimeSeconds !== undefined && { connectRetryTimeSeconds }),
    ...(holdTimeSeconds !== undefined && { holdTimeSeconds }),
    ...(keepAlive !== undefined && { keepAliveTimeSeconds: keepAlive }),
  };
  return Object.keys(timers).length === 0 ? {} : { timers };
}

function advertisementObject({ name, advertise = {} }: BgpInstance): KubernetesObject {
  const { communities, localPreference, podCidrs = false } = advertise;
  const set = {
    ...(communities !== undefined && { communities }),
    ...(localPreference !== undefined && { localPreference }),
  };
  const attributes = Object.keys(set).length === 0 ? {} : { attributes: set };
  const addresses = serviceAddresses(advertise);
  const advertisements: object[] = [];
  if (addresses.length > 0) {
    // Without a selector, Cilium announces no Service. An empty one selects them all.
    const selector = advertise.serviceSelector ?? {};
    advertisements.push({ advertisementType: "Service", service: { addresses }, selector, ...attributes });
  }
  if (podCidrs) advertisements.push({ advertisementType: "PodCIDR", ...attributes });
  const metadata = { name, labels: { [instanceLabel]: name } };
  return { apiVersion, kind: "CiliumBGPAdvertisement", metadata, spec: { advertisements } };
}

/** The kinds of addresses of Services that are announced, in Cilium's words. */
export function serviceAddresses({ loadBalancerIPs = true, externalIPs = false, clusterIPs = false }: BgpAdvertise): string[] {
  return [
    ...(loadBalancerIPs ? ["LoadBalancerIP"] : []),
    ...(externalIPs ? ["ExternalIP"] : []),
    ...(clusterIPs ? ["ClusterIP"] : []),
  ];
}

/** Whether anything is announced at all. */
export function announcesAnything(advertise: BgpAdvertise): boolean {
  return serviceAddresses(advertise).length > 0 || advertise.podCidrs === true;
}

/** Whether an instance announces the addresses that Services got from a pool. */
export function announcesPoolAddresses({ advertise = {} }: BgpInstance): boolean {
  return advertise.loadBalancerIPs ?? true;
}

/**
 * Whether BGP announces pool addresses of an IP family: by the input `bgp`, or without it by objects of the user's own, about which nothing is
 * known.
 */
export function announcesPoolsByBgp({ bgp }: Pick<Settings, "bgp">, values: HelmValues, family: 4 | 6): boolean {
  if (!announcesByBgp(values)) return false;
  if (bgp.length === 0) return true;
  return bgp.some(
    (instance) => announcesPoolAddresses(instance) && instance.peers.some(({ address }) => familyOf(address) === family),
  );
}

/** The IP family of the routes that a peer learns. */
export function familyOf(address: string): 4 | 6 {
  return parseAddress(address)?.family ?? 4;
}

/**
 * `lan.192.168.1.1`. Names of objects have no colons, and their parts begin and end with a letter or a digit. The name of an instance has no dots,
 * so no other instance and address have the same name.
 */
function peerConfigName(instance: string, address: string): string {
  const name = address.toLowerCase().replaceAll(":", "-").replace(/^-/, "0-").replace(/-$/, "-0");
  return `${instance}.${name}`;
}

import type { BgpAdvertise, BgpInstance, BgpPeer } from "../inputs/bgpArgs.ts";
import { type NamedRange, nodeAddresses, poolBlocks, serviceRanges } from "../inputs/network.ts";
import type { Settings } from "../inputs/settings.ts";
import { cidrsOf, parseAddress } from "../support/ipRange.ts";

type RouterSettings = Pick<Settings, "bgp" | "lan" | "loadBalancer" | "serviceCidr">;

/** A router that nodes connect to. */
export interface Router {
  readonly asn: number;
  /** One entry, or one for each IP family. */
  readonly sessions: readonly RouterSessions[];
}

/** The sessions of a router with the nodes in one IP family. */
export interface RouterSessions {
  readonly family: 4 | 6;
  /** The address at which the nodes reach the router. */
  readonly address: string;
  /** The addresses of the nodes. */
  readonly nodes: readonly string[];
  /** The autonomous system of the nodes. Undefined if there are several. */
  readonly nodesAsn: number | undefined;
  /** Whether the nodes are in the autonomous system of the router. */
  readonly isInternal: boolean;
  /** Whether some nodes are in the autonomous system of the router and others are not. It is not known which. */
  readonly isPartlyInternal: boolean;
  /** The number of hops of an external session, 1 if the nodes are in a network of the router. */
  readonly hops: number;
  /** Whether the nodes may be several hops away. Internal sessions take any number. */
  readonly mayBeRemote: boolean;
  /** Whether the nodes ask the router to keep their routes while an agent restarts. */
  readonly restartsGracefully: boolean;
  /** The ranges that the router takes routes to, in CIDR notation. */
  readonly accepted: readonly string[];
  /** Whether the nodes also announce external IPs, which the inputs do not know. */
  readonly hasExternalIps: boolean;
  readonly peer: BgpPeer;
}

/** An instance together with one of its peers. */
interface Peering {
  readonly instance: BgpInstance;
  readonly peer: BgpPeer;
}

/**
 * The routers that are peers, without those that have no node of their IP family in `lan.nodes`. Peers of one autonomous system are one router
 * if their addresses are of different IP families: the first of one family belongs to the first of the other, and so on.
 */
export function routersOf(settings: RouterSettings, podRanges: readonly NamedRange[]): readonly Router[] {
  const peerings = settings.bgp.flatMap((instance) => instance.peers.map((peer) => ({ instance, peer })));
  const asns = [...new Set(peerings.map(({ peer }) => peer.asn))];
  return asns.flatMap((asn) => {
    const [ipv4, ipv6] = ([4, 6] as const).map((family) => sessionsOfFamily(settings, peerings, asn, family, podRanges));
    const count = Math.max(ipv4?.length ?? 0, ipv6?.length ?? 0);
    return Array.from({ length: count }, (_, index) => {
      const sessions = [ipv4?.[index], ipv6?.[index]].filter((each) => each !== undefined);
      return { asn, sessions };
    });
  });
}

/** The sessions of each router of an autonomous system in one IP family. */
function sessionsOfFamily(
  settings: RouterSettings,
  peerings: readonly Peering[],
  asn: number,
  family: 4 | 6,
  podRanges: readonly NamedRange[],
): readonly RouterSessions[] {
  const nodes = nodeAddresses(settings).filter(({ range }) => range.family === family);
  if (nodes.length === 0) return [];
  const own = peerings.filter(({ peer }) => peer.asn === asn && parseAddress(peer.address)?.family === family);
  // One address can be written in several ways.
  const addresses = [...new Set(own.map(({ peer }) => parseAddress(peer.address)?.first))];
  return addresses.flatMap((number) => {
    const ofRouter = own.filter(({ peer }) => parseAddress(peer.address)?.first === number);
    const [first] = ofRouter;
    if (first === undefined) return [];
    const instances = ofRouter.map(({ instance }) => instance);
    const isInternal = instances.every(({ localAsn }) => localAsn === asn);
    const hasInternal = instances.some(({ localAsn }) => localAsn === asn);
    const hops = Math.max(...ofRouter.map(({ peer }) => peer.ebgpMultihop ?? 1));
    const advertised = instances.map(({ advertise = {} }) => advertise);
    const ranges = announcedRanges(settings, advertised, podRanges).filter(({ range }) => range.family === family);
    return {
      family,
      address: first.peer.address,
      nodes: nodes.map(({ range }) => range.text),
      nodesAsn: new Set(instances.map(({ localAsn }) => localAsn)).size === 1 ? first.instance.localAsn : undefined,
      isInternal,
      isPartlyInternal: hasInternal && !isInternal,
      hops,
      mayBeRemote: hasInternal || hops > 1,
      restartsGracefully: ofRouter.some(({ peer }) => peer.gracefulRestart?.enabled === true),
      accepted: ranges.flatMap(({ range }) => cidrsOf(range)),
      hasExternalIps: advertised.some(({ externalIPs = false }) => externalIPs),
      peer: first.peer,
    };
  });
}

/** The ranges of what is announced, as far as the inputs know them. A disabled pool counts: Services keep the addresses that they have. */
function announcedRanges(
  settings: RouterSettings,
  advertised: readonly BgpAdvertise[],
  podRanges: readonly NamedRange[],
): readonly NamedRange[] {
  const ranges: NamedRange[] = [];
  if (advertised.some(({ loadBalancerIPs = true }) => loadBalancerIPs)) ranges.push(...poolBlocks(settings));
  if (advertised.some(({ clusterIPs = false }) => clusterIPs)) ranges.push(...serviceRanges(settings));
  if (advertised.some(({ podCidrs = false }) => podCidrs)) ranges.push(...podRanges);
  return ranges;
}

/** The addresses of a router. */
export function addressesOf({ sessions }: Router): string[] {
  return sessions.map(({ address }) => address);
}

/** Stands in the configuration of the router for the password, which only the Secret contains. */
export function passwordPlaceholder(secret: string): string {
  return `PASSWORD-FROM-SECRET-${secret}`;
}

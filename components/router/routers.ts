import type { BgpAdvertise, BgpInstance, BgpPeer } from "../inputs/bgpArgs.ts";
import { type NamedRange, nodeAddresses, poolBlocks, serviceRanges } from "../inputs/network.ts";
import type { Settings } from "../inputs/settings.ts";
import { cidrsOf, parseAddress } from "../support/ipRange.ts";

type RouterSettings = Pick<Settings, "bgp" | "lan" | "loadBalancer" | "serviceCidr">;

/** A router that nodes connect to. */
export interface Router {
  readonly asn: number;
  /** Its addresses: one, or one of each IP family. */
  readonly addresses: readonly string[];
  readonly sessions: readonly RouterSessions[];
}

/** The sessions of a router with the nodes in one IP family. */
export interface RouterSessions {
  readonly family: 4 | 6;
  /** The address at which the nodes reach the router. */
  readonly address: string;
  /** The addresses of the nodes. */
  readonly nodes: readonly string[];
  /** The autonomous system of the nodes. Undefined if there are several, other than the router's. */
  readonly nodesAsn: number | undefined;
  readonly isInternal: boolean;
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
  readonly family: 4 | 6;
}

/**
 * The routers that are peers, without those that have no node of their IP family in `lan.nodes`. Peers of one autonomous system are one router
 * if their addresses are of different IP families: the first of one family belongs to the first of the other, and so on.
 */
export function routersOf(settings: RouterSettings, podRanges: readonly NamedRange[]): readonly Router[] {
  const peerings = peeringsOf(settings);
  const asns = [...new Set(peerings.map(({ peer }) => peer.asn))];
  return asns.flatMap((asn) => {
    const ofAsn = peerings.filter(({ peer }) => peer.asn === asn);
    const addressesOf = (family: 4 | 6) => [
      ...new Set(ofAsn.filter((peering) => peering.family === family).map(({ peer }) => peer.address)),
    ];
    const [ipv4, ipv6] = [addressesOf(4), addressesOf(6)];
    const count = Math.max(ipv4.length, ipv6.length);
    return Array.from({ length: count }, (_, index) => {
      const addresses = [ipv4[index], ipv6[index]].filter((address) => address !== undefined);
      const sessions = addresses.flatMap((address) =>
        sessionsOf(
          settings,
          ofAsn.filter(({ peer }) => peer.address === address),
          podRanges,
        ),
      );
      return { asn, addresses, sessions };
    }).filter(({ sessions }) => sessions.length > 0);
  });
}

function peeringsOf({ bgp }: RouterSettings): readonly Peering[] {
  return bgp.flatMap((instance) =>
    instance.peers.flatMap((peer) => {
      const family = parseAddress(peer.address)?.family;
      return family === undefined ? [] : [{ instance, peer, family }];
    }),
  );
}

function sessionsOf(
  settings: RouterSettings,
  peerings: readonly Peering[],
  podRanges: readonly NamedRange[],
): readonly RouterSessions[] {
  const [first] = peerings;
  if (first === undefined) return [];
  const { peer, family } = first;
  const ofFamily = (ranges: readonly NamedRange[]) => ranges.filter(({ range }) => range.family === family);
  const nodes = ofFamily(nodeAddresses(settings)).map(({ range }) => range.text);
  if (nodes.length === 0) return [];
  const [asn, ...otherAsns] = new Set(peerings.map(({ instance }) => instance.localAsn));
  const advertised = peerings.map(({ instance }) => instance.advertise ?? {});
  const nodesAsn = otherAsns.length === 0 ? asn : undefined;
  return [
    {
      family,
      address: peer.address,
      nodes,
      nodesAsn,
      isInternal: nodesAsn === peer.asn,
      accepted: ofFamily(announcedRanges(settings, advertised, podRanges)).flatMap(({ range }) => cidrsOf(range)),
      hasExternalIps: advertised.some(({ externalIPs = false }) => externalIPs),
      peer,
    },
  ];
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

/** Stands in the configuration of the router for the password, which only the Secret contains. */
export function passwordPlaceholder(secret: string): string {
  return `PASSWORD-FROM-SECRET-${secret}`;
}

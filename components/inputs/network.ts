import { contains, type IpRange, parseAddress, parseCidr, parseSpan } from "../support/ipRange.ts";
import type { BgpInstance, BgpPeer } from "./bgpArgs.ts";
import type { IpPool, IpPoolBlock } from "./loadBalancerArgs.ts";
import type { Settings } from "./settings.ts";

/** A range of addresses, with the input that it comes from. */
export interface NamedRange {
  readonly input: string;
  readonly range: IpRange;
}

/** A block of an IP pool. */
export interface PoolBlock extends NamedRange {
  readonly pool: IpPool;
  /** The pool as an input, such as `loadBalancer.ipPools[0]`. */
  readonly poolInput: string;
}

// The functions below leave out malformed addresses: those are problems of their own.

// Many checks ask for the blocks and the nodes, and there may be hundreds, so they are parsed once.
const parsedBlocks = new WeakMap<object, readonly PoolBlock[]>();
const parsedNodes = new WeakMap<object, readonly NamedRange[]>();

/** The blocks of all IP pools. */
export function poolBlocks({ loadBalancer }: Pick<Settings, "loadBalancer">): readonly PoolBlock[] {
  const blocks = parsedBlocks.get(loadBalancer) ?? parseBlocks(loadBalancer);
  parsedBlocks.set(loadBalancer, blocks);
  return blocks;
}

function parseBlocks({ ipPools }: Settings["loadBalancer"]): readonly PoolBlock[] {
  return ipPools.flatMap((pool, poolIndex) => {
    const poolInput = `loadBalancer.ipPools[${poolIndex}]`;
    return pool.blocks.flatMap((block, index) =>
      namedRange(`${poolInput}.blocks[${index}]`, parseBlock(block)).map((named) => ({ ...named, pool, poolInput })),
    );
  });
}

/** The addresses of the nodes. */
export function nodeAddresses({ lan }: Pick<Settings, "lan">): readonly NamedRange[] {
  const parse = () => lan.nodes.flatMap((node, index) => namedRange(`lan.nodes[${index}]`, parseAddress(node)));
  const nodes = parsedNodes.get(lan) ?? parse();
  parsedNodes.set(lan, nodes);
  return nodes;
}

/** The number of nodes in `lan`. A node with an address of each IP family counts once. */
export function nodeCount(settings: Pick<Settings, "lan">): number {
  const addresses = nodeAddresses(settings);
  const countOf = (family: 4 | 6) => addresses.filter(({ range }) => range.family === family).length;
  return Math.max(countOf(4), countOf(6));
}

/** The address of a BGP peer. */
export interface PeerAddress extends NamedRange {
  /** The peer as an input, such as `bgp[0].peers[0]`. */
  readonly peerInput: string;
  readonly peer: BgpPeer;
  readonly instance: BgpInstance;
}

/** The addresses of the BGP peers. */
export function peerAddresses({ bgp }: Pick<Settings, "bgp">): readonly PeerAddress[] {
  return bgp.flatMap((instance, instanceIndex) =>
    instance.peers.flatMap((peer, index) => {
      const peerInput = `bgp[${instanceIndex}].peers[${index}]`;
      const address = namedRange(`${peerInput}.address`, parseAddress(peer.address));
      return address.map((named) => ({ ...named, peerInput, peer, instance }));
    }),
  );
}

/** The networks of the nodes. */
export function nodeSubnets({ lan }: Pick<Settings, "lan">): readonly NamedRange[] {
  return lan.subnets.flatMap((subnet, index) => namedRange(`lan.subnets[${index}]`, parseCidr(subnet)));
}

/** The addresses that are in use on the LAN: those of the nodes, the virtual one of the control planes, and the router's. */
export function addressesInUse(settings: Pick<Settings, "lan">): readonly NamedRange[] {
  const { vip, gateway } = settings.lan;
  return [
    ...nodeAddresses(settings),
    ...namedRange("lan.vip", vip === undefined ? undefined : parseAddress(vip)),
    ...namedRange("lan.gateway", gateway === undefined ? undefined : parseAddress(gateway)),
  ];
}

/** The range that the DHCP server hands out, as a list with at most one entry. */
export function dhcpRanges({ lan }: Pick<Settings, "lan">): readonly NamedRange[] {
  return namedRange("lan.dhcpRange", lan.dhcpRange === undefined ? undefined : parseDhcpRange(lan.dhcpRange));
}

/** The ranges of `podCidr`, in the order in which they are written: the first one is of the primary IP family. */
export function podCidrRanges({ podCidr }: Pick<Settings, "podCidr">): readonly NamedRange[] {
  return rangesIn("podCidr", podCidr);
}

/** The ranges of the ClusterIPs, in the order in which they are written: the first one is of the primary IP family. */
export function serviceRanges({ serviceCidr }: Pick<Settings, "serviceCidr">): readonly NamedRange[] {
  return rangesIn("serviceCidr", serviceCidr);
}

/** The parts of `podCidr` or `serviceCidr`. */
export function rangeTexts(cidrs: string): readonly string[] {
  return cidrs.split(",").map((text) => text.trim());
}

/**
 * Parses `podCidr` or `serviceCidr`: one range, or one of each IP family with a comma between them, as Kubernetes writes them. Returns
 * undefined if the text is neither.
 */
function parseRanges(cidrs: string): readonly IpRange[] | undefined {
  const texts = rangeTexts(cidrs);
  const ranges = texts.map(parseCidr).filter((range) => range !== undefined);
  const families = new Set(ranges.map(({ family }) => family));
  return families.size < texts.length ? undefined : ranges;
}

function rangesIn(input: string, cidrs: string): readonly NamedRange[] {
  return (parseRanges(cidrs) ?? []).map((range) => ({ input, range }));
}

/**
 * The ranges that are in none of the networks of their family, each with these networks as text. If no network of a family is known, none of
 * its ranges is returned.
 */
export function outsideOf(
  networks: readonly NamedRange[],
  ranges: readonly NamedRange[],
): readonly (NamedRange & { readonly networks: string })[] {
  return ranges.flatMap((named) => {
    const sameFamily = networks.filter(({ range }) => range.family === named.range.family);
    if (sameFamily.length === 0 || sameFamily.some(({ range }) => contains(range, named.range))) return [];
    return [{ ...named, networks: sameFamily.map(({ range }) => range.text).join(", ") }];
  });
}

/** Parses a DHCP range: `192.168.1.100-192.168.1.150` or a CIDR. Returns undefined if it is neither. */
export function parseDhcpRange(text: string): IpRange | undefined {
  const [start = "", stop, ...others] = text.split("-").map((part) => part.trim());
  if (others.length > 0) return undefined;
  return stop === undefined ? parseCidr(text) : parseSpan(start, stop);
}

/** Parses a block of an IP pool. Returns undefined if the block is not valid. */
export function parseBlock({ cidr, start, stop }: IpPoolBlock): IpRange | undefined {
  if (cidr !== undefined) return start === undefined && stop === undefined ? parseCidr(cidr) : undefined;
  return start === undefined ? undefined : parseSpan(start, stop ?? start);
}

/** A parsed range with its input, as a list that is empty if the range is malformed. */
export function namedRange(input: string, range: IpRange | undefined): readonly NamedRange[] {
  if (range === undefined) return [];
  return [{ input, range }];
}

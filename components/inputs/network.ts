import { parseAddress, parseBlock, parseCidr, parseSpan, type Range } from "../support/ipRange.ts";
import type { IpPool } from "./loadBalancerArgs.ts";
import type { Settings } from "./settings.ts";

/** Addresses, and the input that they come from. What is malformed is left out: it is a problem of its own. */
export interface Place {
  readonly input: string;
  readonly range: Range;
}

/** `192.168.1.100-192.168.1.150` or a CIDR, or undefined when the text is neither. */
export function parseDhcpRange(text: string): Range | undefined {
  const [start = "", stop] = text.split("-").map((part) => part.trim());
  return stop === undefined ? parseCidr(text) : parseSpan(start, stop);
}

/** A block of a pool. */
export interface Block extends Place {
  readonly pool: IpPool;
}

/** Every block of every pool. */
export function blocksOf({ loadBalancer }: Settings): readonly Block[] {
  return loadBalancer.ipPools.flatMap((pool, number) =>
    pool.blocks.flatMap((block, index) =>
      place(`loadBalancer.ipPools[${number}].blocks[${index}]`, parseBlock(block)).map((found) => ({ ...found, pool })),
    ),
  );
}

export function nodesOf({ lan }: Settings): readonly Place[] {
  return lan.nodes.flatMap((node, index) => place(`lan.nodes[${index}]`, parseAddress(node)));
}

export function subnetsOf({ lan }: Settings): readonly Place[] {
  return lan.subnets.flatMap((subnet, index) => place(`lan.subnets[${index}]`, parseCidr(subnet)));
}

/** The addresses that somebody on the LAN has already: the nodes', the control planes' virtual one, the router's. */
export function takenAddresses(settings: Settings): readonly Place[] {
  const { vip, gateway } = settings.lan;
  return [
    ...nodesOf(settings),
    ...place("lan.vip", vip === undefined ? undefined : parseAddress(vip)),
    ...place("lan.gateway", gateway === undefined ? undefined : parseAddress(gateway)),
  ];
}

/** The ranges that live inside the cluster. */
export function clusterRanges({ podCidr, serviceCidr }: Settings): readonly Place[] {
  return [...place("serviceCidr", parseCidr(serviceCidr)), ...place("podCidr", parseCidr(podCidr))];
}

function place(input: string, range: Range | undefined): readonly Place[] {
  return range === undefined ? [] : [{ input, range }];
}

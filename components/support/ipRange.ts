import { isIP } from "node:net";
import { Address4, Address6 } from "ip-address";
import type { IpPoolBlock } from "../inputs/loadBalancerArgs.ts";

/** Addresses from the first to the last, as it was written. */
export interface Range {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly text: string;
}

/** A single address, or undefined when the text is none. */
export function parseAddress(text: string): Range | undefined {
  return isIP(text) === 0 ? undefined : parse(text);
}

/** A range in CIDR notation, or undefined when the text is none. */
export function parseCidr(text: string): Range | undefined {
  const [, address = "", digits = ""] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const family = isIP(address);
  return family === 0 || Number(digits) > (family === 4 ? 32 : 128) ? undefined : parse(text);
}

/** The addresses from one to another, or undefined when there are none: one is no address, they are of two families or in the wrong order. */
export function parseSpan(start: string, stop: string): Range | undefined {
  const [one, other] = [parseAddress(start), parseAddress(stop)];
  if (other === undefined || one?.family !== other.family || one.first > other.last) return undefined;
  return { ...one, last: other.last, text: start === stop ? start : `${start}-${stop}` };
}

/** The addresses of a block of a pool, or undefined when they make none. */
export function parseBlock({ cidr, start, stop }: IpPoolBlock): Range | undefined {
  if (cidr !== undefined) return start === undefined && stop === undefined ? parseCidr(cidr) : undefined;
  return start === undefined ? undefined : parseSpan(start, stop ?? start);
}

/** Whether two ranges share an address. */
export function overlap(one: Range, other: Range): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last;
}

/** Whether all of one range lies in another. */
export function contains(outer: Range, inner: Range): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** How many addresses there are. */
export function sizeOf({ first, last }: Range): number {
  return Number(last - first) + 1;
}

function parse(text: string): Range | undefined {
  // An address of one network interface is nobody else's.
  if (text.includes("%")) return undefined;
  const family = text.includes(":") ? 6 : 4;
  const parsed = family === 6 ? new Address6(text) : new Address4(text);
  return { family, first: parsed.startAddress().bigInt(), last: parsed.endAddress().bigInt(), text };
}

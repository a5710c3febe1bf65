import { isIP } from "node:net";
import { Address4, Address6 } from "ip-address";

/** A range of IP addresses of one family. */
export interface IpRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  /** The address in front of the slash of a CIDR, host bits included. For other ranges it is the first address. */
  readonly written: bigint;
  /** The range as the user wrote it. */
  readonly text: string;
}

/** Parses a single address. Returns undefined if the text is not a valid address. */
export function parseAddress(text: string): IpRange | undefined {
  return isIP(text) === 0 ? undefined : parse(text);
}

/** Parses a range in CIDR notation. Returns undefined if the text is not a valid CIDR. */
export function parseCidr(text: string): IpRange | undefined {
  const [, address = "", digits = ""] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const family = isIP(address);
  if (family === 0) return undefined;
  const longest = family === 4 ? 32 : 128;
  return Number(digits) > longest ? undefined : parse(text);
}

/** The prefix length of a range in CIDR notation. */
export function prefixLengthOf({ text }: IpRange): number {
  return Number(text.split("/")[1]);
}

/** The network of a range in CIDR notation that has host bits: `10.244.0.0/16` for `10.244.3.7/16`. Undefined for any other range. */
export function networkOf(range: IpRange): string | undefined {
  const { family, first, written } = range;
  if (written === first) return undefined;
  return `${formatAddress(family, first)}/${prefixLengthOf(range)}`;
}

/**
 * Parses the addresses from `start` to `stop`. Returns undefined if one of them is not a valid address, if they are of different families, or
 * if `start` comes after `stop`.
 */
export function parseSpan(start: string, stop: string): IpRange | undefined {
  const from = parseAddress(start);
  const to = stop === start ? from : parseAddress(stop);
  if (from === undefined || to === undefined) return undefined;
  if (from.family !== to.family || from.first > to.last) return undefined;
  return { ...from, last: to.last, text: start === stop ? start : `${start}-${stop}` };
}

/** Whether two ranges share an address. */
export function overlap(a: IpRange, b: IpRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** Whether `outer` contains all of `inner`. */
export function contains(outer: IpRange, inner: IpRange): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last;
}

/** The number of addresses in a range. */
export function sizeOf({ first, last }: IpRange): number {
  return Number(last - first) + 1;
}

/** The fewest ranges in CIDR notation that have the same addresses as a range. */
export function cidrsOf({ family, first, last }: IpRange): readonly string[] {
  const cidrs: string[] = [];
  const bits = family === 4 ? 32 : 128;
  for (let start = first; start <= last;) {
    let hostBits = 0;
    // Grow the block while it begins at a multiple of its size and ends within the range.
    while (hostBits < bits && start % (2n << BigInt(hostBits)) === 0n && start + (2n << BigInt(hostBits)) - 1n <= last)
      hostBits++;
    cidrs.push(`${formatAddress(family, start)}/${bits - hostBits}`);
    start += 1n << BigInt(hostBits);
  }
  return cidrs;
}

function formatAddress(family: 4 | 6, address: bigint): string {
  return (family === 6 ? Address6.fromBigInt(address) : Address4.fromBigInt(address)).correctForm();
}

function parse(text: string): IpRange | undefined {
  // A zone, as in fe80::1%eth0, is valid on one machine only.
  if (text.includes("%")) return undefined;
  const family = text.includes(":") ? 6 : 4;
  const parsed = family === 6 ? new Address6(text) : new Address4(text);
  const [first, last] = [parsed.startAddress().bigInt(), parsed.endAddress().bigInt()];
  return { family, first, last, written: parsed.bigInt(), text };
}

import { BlockList, isIP } from "node:net";

/** The two parts of a CIDR, or undefined when the text is none. */
export function parseCidr(
  text: string,
): { readonly address: string; readonly prefix: number; readonly family: 4 | 6 } | undefined {
  const [, address = "", digits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const family = isIP(address);
  const prefix = Number(digits);
  if ((family !== 4 && family !== 6) || prefix > (family === 4 ? 32 : 128)) return undefined;
  return { address, prefix, family };
}

/** Whether two IPv4 ranges in CIDR notation share an address. */
export function overlap(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

function contains(outer: string, inner: string): boolean {
  const [range, { address }] = [cidr(outer), cidr(inner)];
  const list = new BlockList();
  list.addSubnet(range.address, range.prefix);
  return list.check(address);
}

function cidr(text: string) {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`${text} is no CIDR`);
  return parsed;
}

import { isIPv6 } from "node:net";

export type Family = "IPv4" | "IPv6";

/** The addresses of the client, which is also the router of the nodes. */
export const clientAddresses = { IPv4: "192.168.1.50", IPv6: "2001:db8:1::50" } as const;
export const clientAddress = clientAddresses.IPv4;

/** The length of the LAN's prefix in each family. */
export const prefixLengths = { IPv4: 24, IPv6: 64 } as const;

/** The family of an address or a range. */
export function familyOf(address: string): Family {
  return isIPv6(address.replace(/\/\d+$/, "")) ? "IPv6" : "IPv4";
}

/** The families of ranges such as `10.244.0.0/16,fd00:10:244::/56`, in their order. */
export function familiesOf(ranges: string): readonly Family[] {
  return ranges.split(",").map(familyOf);
}

/** The address of a node on the LAN: 192.168.1.11 and 2001:db8:1::11 of the first. */
export function nodeAddress(number: number, family: Family): string {
  return clientAddresses[family].replace(/50$/, String(10 + number));
}

/** The pod ranges of a node, as the controller manager would take them from the ranges of the cluster: 10.244.1.0/24 for the first node. */
export function nodePodRanges(podCidr: string, number: number): readonly string[] {
  return podCidr
    .split(",")
    .map((range) =>
      familyOf(range) === "IPv6" ? range.replace(/::\/\d+$/, `:${number}::/64`) : range.replace(/0\.0\/\d+$/, `${number}.0/24`),
    );
}

/** An address as it stands in a URL. */
export function urlHost(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}

import {
  addressesInUse,
  dhcpRanges,
  type NamedRange,
  nodeSubnets,
  podCidrRanges,
  poolBlocks,
  serviceRanges,
} from "../../inputs/network.ts";
import type { Settings } from "../../inputs/settings.ts";
import { type IpRange, networkOf, overlap, parseCidr } from "../../support/ipRange.ts";
import { type Problem, problem } from "../../support/problems.ts";
import { type Checks, inputCheck } from "../check.ts";

interface ReservedRange {
  readonly range: IpRange;
  readonly description: string;
  readonly remedy: string;
}

const registry = "https://www.iana.org/assignments/iana-ipv4-special-registry/iana-ipv4-special-registry.xhtml";

/** Addresses that no host on a network can have. */
const neverOnNetwork = [
  reserved("0.0.0.0/8", "addresses of no host"),
  reserved("127.0.0.0/8", "loopback addresses"),
  reserved("224.0.0.0/4", "multicast addresses"),
  reserved("240.0.0.0/4", "reserved addresses and the broadcast address"),
  reserved("::/128", "the address of no host"),
  reserved("::1/128", "the loopback address"),
  reserved("::ffff:0:0/96", "IPv4-mapped addresses", "write them as IPv4 addresses"),
  reserved("ff00::/8", "multicast addresses"),
];

/** Addresses that are valid on one link only. Routers announce themselves with them. */
const linkLocal = [reserved("169.254.0.0/16", "link-local addresses"), reserved("fe80::/10", "link-local addresses")];

/** The address at which Talos answers the DNS of the cluster. */
const talosHostDns = reserved("169.254.116.108/32", "the address of Talos' own DNS, which answers the DNS of the cluster");

export const reservedAddressChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "a pool, pod or Service range with reserved addresses",
      why: "No client or pod can reach a reserved address. One at 169.254.116.108 cuts the cluster off from its DNS.",
      source: registry,
      needs: ["loadBalancer", "podCidr", "serviceCidr"],
      run: (settings) => [...poolBlocks(settings), ...clusterRanges(settings)].flatMap((named) => reservedProblems(named)),
    }),
    inputCheck({
      title: "an address of the LAN that no host can have",
      why: "It is a mistake, and other addresses are checked against it.",
      source: registry,
      needs: ["lan"],
      run: (settings) =>
        [...addressesInUse(settings), ...nodeSubnets(settings), ...dhcpRanges(settings)].flatMap((named) =>
          reservedProblems(named, neverOnNetwork),
        ),
    }),
    inputCheck({
      title: "a range with host bits",
      why: "Cilium and Talos read another range than the text suggests: 192.168.1.201/29 starts at 192.168.1.200.",
      source: "https://www.rfc-editor.org/rfc/rfc4632#section-3.1",
      needs: ["loadBalancer", "podCidr", "serviceCidr", "lan"],
      run: (settings) =>
        [...poolBlocks(settings), ...clusterRanges(settings), ...nodeSubnets(settings), ...dhcpRanges(settings)].flatMap(
          ({ input, range }) => {
            const network = networkOf(range);
            if (network === undefined) return [];
            return [problem(input, `${range.text} has host bits: it means ${network}; write that, or a smaller range`)];
          },
        ),
    }),
  ],
  warnings: [],
};

/** The Service and pod ranges as the inputs have them. */
function clusterRanges(settings: Pick<Settings, "podCidr" | "serviceCidr">): readonly NamedRange[] {
  return [...serviceRanges(settings), ...podCidrRanges(settings)];
}

function reserved(cidr: string, description: string, remedy = "choose other addresses"): ReservedRange {
  const range = parseCidr(cidr);
  if (range === undefined) throw new Error(`${cidr} is not a valid range`);
  return { range, description, remedy };
}

/** The first of the reserved ranges that an input overlaps with is its problem. Without a list, nothing that is reserved is allowed. */
export function reservedProblems(
  { input, range }: NamedRange,
  reservedRanges: readonly ReservedRange[] = [talosHostDns, ...linkLocal, ...neverOnNetwork],
): readonly Problem[] {
  const match = reservedRanges.find((each) => overlap(each.range, range));
  if (match === undefined) return [];
  return [problem(input, `${range.text} contains ${match.description} (${match.range.text}); ${match.remedy}`)];
}

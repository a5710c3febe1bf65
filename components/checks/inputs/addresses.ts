import { contains, overlap, sizeOf } from "../../support/ipRange.ts";
import type { L2Policy } from "../../inputs/loadBalancerArgs.ts";
import type { Problem } from "../../support/problems.ts";
import type { Settings } from "../../inputs/settings.ts";
import type { Checks } from "../check.ts";
import { isOn } from "../../cilium/valueOrigins.ts";
import {
  blocksOf,
  clusterRanges,
  nodesOf,
  parseDhcpRange,
  subnetsOf,
  takenAddresses,
  type Block,
  type Place,
} from "../../inputs/network.ts";

const lbIpam = "https://docs.cilium.io/en/stable/network/lb-ipam/";

/** The addresses against each other. */
export const addressChecks: Checks<Settings> = {
  errors: [
    {
      finds: "pods and Services in the same range",
      because: "The API server gives a Service the address of a pod.",
      source: "https://kubernetes.io/docs/concepts/cluster-administration/networking/",
      in: (settings) => overlaps(clashes(clusterRanges(settings)), "pods and Services need ranges of their own"),
    },
    {
      finds: "a pod range with too few node ranges",
      because:
        "Kubernetes gives each node a range of its own, a /24 unless told otherwise, and a node that gets none has no pods.",
      source: "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/",
      in: (settings) => {
        const { nodeCidrMaskSize } = settings.talos;
        const nodes = Math.max(1, nodesOf(settings).filter(({ range }) => range.family === 4).length);
        return clusterRanges(settings)
          .filter(({ input, range }) => input === "podCidr" && sizeOf(range) < nodes * 2 ** (32 - nodeCidrMaskSize))
          .map(({ input, range }) => ({
            input,
            message: `${range.text} is too small for ${nodes === 1 ? "a node" : `${nodes} nodes`}, of which each gets a /${nodeCidrMaskSize}; take a larger range, or say with talos.nodeCidrMaskSize what the controller manager is told`,
          }));
      },
    },
    {
      finds: "a pod or Service range that holds an address of the LAN",
      because: "The nodes would send what is for the LAN into the cluster.",
      source: "https://docs.cilium.io/en/stable/network/concepts/routing/",
      in: (settings) => {
        const inside = product(clusterRanges(settings), subnetsOf(settings)).filter(([own, subnet]) =>
          contains(own.range, subnet.range),
        );
        return overlaps(
          [...inside, ...product(clusterRanges(settings), takenAddresses(settings))],
          "choose a range that nothing on your network uses",
        );
      },
    },
    {
      finds: "a pool that holds addresses of pods, of Services or of another pool",
      because: "Two would answer for one address; the operator disables pools that overlap.",
      source: lbIpam,
      in: (settings) => [
        ...overlaps(product(blocksOf(settings), clusterRanges(settings)), "choose addresses of the node subnet"),
        ...overlaps(clashes(blocksOf(settings)), "give each address to one block only"),
      ],
    },
    {
      finds: "a pool that holds the address of a node, of the control planes or of the router",
      because:
        "It would be given to a Service, and from Cilium 1.19 on the node drops what is for any other port of it, Talos' API included.",
      source: "https://github.com/cilium/cilium/issues/44430",
      in: (settings) =>
        overlaps(product(blocksOf(settings), takenAddresses(settings)), "leave it out: cut the block in two around it"),
    },
    {
      finds: "a pool outside of the networks of the nodes, to be announced by ARP",
      because: "A client asks by ARP for addresses of its own network only; the others it sends to the router.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/",
      in: (settings) => {
        const { l2, loadBalancer, values } = settings;
        // A policy that selects may leave out the Services of this pool, and by BGP addresses need not be of the LAN.
        const isForAll = ({ loadBalancerIPs = true, serviceSelector }: L2Policy) =>
          loadBalancerIPs && serviceSelector === undefined;
        if (!l2.enabled || !loadBalancer.l2Policies.some(isForAll) || isOn(values, "bgpControlPlane.enabled")) return [];
        return outside(blocksOf(settings), subnetsOf(settings)).map(({ input, range, subnets }) => ({
          input,
          message: `${range.text} lies in none of lan.subnets (${subnets}), so that nobody asks for it by ARP; choose addresses of these, or announce them by BGP and leave the policy out`,
        }));
      },
    },
    {
      finds: "a node, the virtual address or the router outside of the networks of the nodes",
      because: "One of the two is wrong, and the other addresses are checked against both.",
      source: "docs/inputs.md",
      in: (settings) => {
        return outside(takenAddresses(settings), subnetsOf(settings)).map(({ input, range, subnets }) => ({
          input,
          message: `${range.text} lies in none of lan.subnets (${subnets}); correct it, or name its network there`,
        }));
      },
    },
    {
      finds: "an address of the LAN that two have",
      because: "A virtual address that is a node's own cannot move, and nodes are counted.",
      source: "https://docs.siderolabs.com/talos/v1.13/networking/advanced/vip",
      in: (settings) => overlaps(clashes(takenAddresses(settings)), "each has an address of its own"),
    },
  ],
  warnings: [
    {
      finds: "a pod or Service range that lies in a network of the LAN",
      because: "It works as long as nothing on the network has one of its addresses.",
      source: "https://docs.cilium.io/en/stable/network/concepts/routing/",
      in: (settings) => {
        const around = product(clusterRanges(settings), subnetsOf(settings)).filter(
          ([own, subnet]) => !contains(own.range, subnet.range),
        );
        return overlaps(around, "see to it that nothing else has these addresses");
      },
    },
    {
      finds: "a pool that holds addresses that DHCP hands out",
      because: "Two machines answer for one address as soon as the DHCP server has given it away.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/",
      in: (settings) => {
        const { dhcpRange } = settings.lan;
        const range = dhcpRange === undefined ? undefined : parseDhcpRange(dhcpRange);
        if (range === undefined) return [];
        return overlaps(
          product(blocksOf(settings), [{ input: "lan.dhcpRange", range }]),
          "reserve these addresses in the DHCP server",
        );
      },
    },
    {
      finds: "a pool that holds the network or broadcast address of a network of the nodes",
      because: "Hosts do not ask for them by ARP, and a Service that gets one answers nobody.",
      source: lbIpam,
      in: (settings) =>
        product(blocksOf(settings), subnetsOf(settings)).flatMap(([block, { range: subnet }]) => {
          const { input, range } = block;
          if (subnet.family === 6 || sizeOf(subnet) <= 2) return [];
          const edges = [subnet.first, subnet.last].filter((edge) => range.first <= edge && edge <= range.last);
          // Handed out or not, by the pool's own word.
          if (edges.length === 0 || edges.every((edge) => isSpared(block, edge))) return [];
          const which = edges.map((edge) => (edge === subnet.first ? "network" : "broadcast")).join(" and the ");
          return [
            {
              input,
              message: `${range.text} holds the ${which} address of ${subnet.text}; choose a smaller range, or set allowFirstLastIPs to "No"`,
            },
          ];
        }),
    },
  ],
};

/** Whether a pool spares this address because it is the first or last of its cidr. */
function isSpared({ pool, range: { first, last, text } }: Block, address: bigint): boolean {
  return pool.allowFirstLastIPs === "No" && text.includes("/") && (address === first || address === last);
}

function overlaps(places: readonly (readonly [Place, Place])[], advice: string): readonly Problem[] {
  return places.flatMap(([one, other]) => {
    if (!overlap(one.range, other.range)) return [];
    const [mine, theirs] = [one.range.text, `${other.input} ${other.range.text}`];
    const how =
      mine === other.range.text
        ? "is"
        : contains(one.range, other.range)
          ? "holds"
          : contains(other.range, one.range)
            ? "lies inside"
            : "overlaps";
    return [{ input: one.input, message: `${mine} ${how} ${theirs}; ${advice}` }];
  });
}

/** What lies in none of the networks of its family, with these as text. Of a family without any, nothing is known. */
function outside(places: readonly Place[], networks: readonly Place[]): readonly (Place & { readonly subnets: string })[] {
  return places.flatMap((place) => {
    const own = networks.filter(({ range }) => range.family === place.range.family);
    if (own.length === 0 || own.some(({ range }) => contains(range, place.range))) return [];
    return [{ ...place, subnets: own.map(({ range }) => range.text).join(", ") }];
  });
}

function product<One extends Place>(ones: readonly One[], others: readonly Place[]): readonly (readonly [One, Place])[] {
  return ones.flatMap((one) => others.map((other) => [one, other] as const));
}

/** Each that shares an address with another, the later one first. In the order of their addresses, a neighbour is enough to see it. */
function clashes(places: readonly Place[]): readonly (readonly [Place, Place])[] {
  const sorted = [...places.entries()].sort(([, { range: a }], [, { range: b }]) =>
    a.family === b.family ? (a.first < b.first ? -1 : 1) : a.family - b.family,
  );
  let widest: (typeof sorted)[number] | undefined;
  return sorted.flatMap((next) => {
    const before = widest;
    if (before?.[1].range.family !== next[1].range.family || before[1].range.last < next[1].range.last) widest = next;
    if (before === undefined || !overlap(before[1].range, next[1].range)) return [];
    return [next[0] > before[0] ? ([next[1], before[1]] as const) : ([before[1], next[1]] as const)];
  });
}

import {
  addressesInUse,
  clusterRanges,
  dhcpRanges,
  type NamedRange,
  nodeAddresses,
  nodeSubnets,
  outsideOf,
  type PoolBlock,
  poolBlocks,
} from "../../inputs/network.ts";
import type { Settings } from "../../inputs/settings.ts";
import { contains, overlap, sizeOf } from "../../support/ipRange.ts";
import { type Problem, problem } from "../../support/problems.ts";
import { type Checks, inputCheck } from "../check.ts";

const lbIpam = "https://docs.cilium.io/en/stable/network/lb-ipam/";

export const addressOverlapChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "pods and Services in the same range",
      why: "The API server may give a Service the address of a pod.",
      source: "https://kubernetes.io/docs/concepts/cluster-administration/networking/",
      needs: ["podCidr", "serviceCidr"],
      run: (settings) => overlapProblems(overlappingPairs(clusterRanges(settings)), "pods and Services need ranges of their own"),
    }),
    inputCheck({
      title: "a pod range that is too small for the nodes",
      why: "Kubernetes gives each node a range of its own, a /24 by default. A node without a range gets no pods.",
      source: "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/",
      needs: ["podCidr", "serviceCidr", "lan", "talos"],
      run: (settings) => {
        const { nodeCidrMaskSize } = settings.talos;
        const nodes = Math.max(1, nodeAddresses(settings).filter(({ range }) => range.family === 4).length);
        const pods = clusterRanges(settings).find(({ input }) => input === "podCidr");
        if (pods === undefined || sizeOf(pods.range) >= nodes * 2 ** (32 - nodeCidrMaskSize)) return [];
        return [
          problem(
            "podCidr",
            `${pods.range.text} is too small for ${nodes === 1 ? "one node" : `${nodes} nodes`} with a /${nodeCidrMaskSize} each; use a ` +
              "larger range, or set talos.nodeCidrMaskSize to the node-cidr-mask-size of the controller manager",
          ),
        ];
      },
    }),
    inputCheck({
      title: "a pod or Service range that contains an address of the LAN",
      why: "The nodes would send traffic for the LAN into the cluster.",
      source: "https://docs.cilium.io/en/stable/network/concepts/routing/",
      needs: ["podCidr", "serviceCidr", "lan"],
      run: (settings) => {
        const containedSubnets = pairs(clusterRanges(settings), nodeSubnets(settings)).filter(([own, subnet]) =>
          contains(own.range, subnet.range),
        );
        const addresses = pairs(clusterRanges(settings), addressesInUse(settings));
        return overlapProblems([...containedSubnets, ...addresses], "choose a range that nothing on your network uses");
      },
    }),
    inputCheck({
      title: "a pool that overlaps with pods, Services or another pool",
      why: "Two would answer for one address. The operator disables pools that overlap.",
      source: lbIpam,
      needs: ["podCidr", "serviceCidr", "loadBalancer"],
      run: (settings) => [
        ...overlapProblems(pairs(poolBlocks(settings), clusterRanges(settings)), "choose addresses of the node subnet"),
        ...overlapProblems(overlappingPairs(poolBlocks(settings)), "give each address to one block only"),
      ],
    }),
    inputCheck({
      title: "a pool that contains the address of a node, of the control planes or of the router",
      why:
        "A Service could get this address. From Cilium 1.19 on, the node then drops traffic to every other port of it, Talos' API " +
        "included.",
      source: "https://github.com/cilium/cilium/issues/44430",
      needs: ["loadBalancer", "lan"],
      run: (settings) =>
        overlapProblems(pairs(poolBlocks(settings), addressesInUse(settings)), "leave it out: split the block in two around it"),
    }),
    inputCheck({
      title: "a node, the virtual address or the router outside of the node networks",
      why: "Either the address or the network is wrong, and other addresses are checked against both.",
      source: "docs/inputs.md",
      needs: ["lan"],
      run: (settings) =>
        outsideOf(nodeSubnets(settings), addressesInUse(settings)).map(({ input, range, networks }) =>
          problem(input, `${range.text} is in none of lan.subnets (${networks}); correct it, or add its network there`),
        ),
    }),
    inputCheck({
      title: "one LAN address used twice",
      why: "A virtual address that belongs to a node cannot move, and the number of nodes would be wrong.",
      source: "https://docs.siderolabs.com/talos/v1.13/networking/advanced/vip",
      needs: ["lan"],
      run: (settings) =>
        overlapProblems(overlappingPairs(addressesInUse(settings)), "give each node, the virtual address and the router its own"),
    }),
  ],
  warnings: [
    inputCheck({
      title: "a pod or Service range inside a network of the LAN",
      why: "It only works as long as nothing else on the network has one of its addresses.",
      source: "https://docs.cilium.io/en/stable/network/concepts/routing/",
      needs: ["podCidr", "serviceCidr", "lan"],
      run: (settings) => {
        const surrounding = pairs(clusterRanges(settings), nodeSubnets(settings)).filter(
          ([own, subnet]) => !contains(own.range, subnet.range),
        );
        return overlapProblems(surrounding, "make sure that nothing else has these addresses");
      },
    }),
    inputCheck({
      title: "a pool that overlaps with the DHCP range",
      why: "Two machines answer for one address as soon as the DHCP server hands it out.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/",
      needs: ["loadBalancer", "lan"],
      run: (settings) =>
        overlapProblems(pairs(poolBlocks(settings), dhcpRanges(settings)), "reserve these addresses in the DHCP server"),
    }),
    inputCheck({
      title: "a pool that contains the network or broadcast address of a node network",
      why: "Hosts do not ask for these by ARP, so a Service that gets one is not reachable.",
      source: lbIpam,
      needs: ["loadBalancer", "lan"],
      run: (settings) =>
        pairs(poolBlocks(settings), nodeSubnets(settings)).flatMap(([block, { range: subnet }]) => {
          if (subnet.family === 6 || sizeOf(subnet) <= 2) return [];
          const edges = [subnet.first, subnet.last].filter((edge) => isHandedOut(block, edge));
          if (edges.length === 0) return [];
          const names = edges.map((edge) => (edge === subnet.first ? "network" : "broadcast")).join(" and the ");
          return [
            problem(
              block.input,
              `${block.range.text} contains the ${names} address of ${subnet.text}; choose a smaller range, or set allowFirstLastIPs to "No"`,
            ),
          ];
        }),
    }),
  ],
};

/** Whether a pool hands out an address. With `allowFirstLastIPs: "No"` it keeps the first and the last one of its cidr. */
function isHandedOut({ pool, range: { first, last, text } }: PoolBlock, address: bigint): boolean {
  if (address < first || address > last) return false;
  const isEdge = address === first || address === last;
  return !(pool.allowFirstLastIPs === "No" && text.includes("/") && isEdge);
}

function overlapProblems(ranges: readonly (readonly [NamedRange, NamedRange])[], remedy: string): readonly Problem[] {
  return ranges
    .filter(([one, other]) => overlap(one.range, other.range))
    .map(([one, other]) =>
      problem(one.input, `${one.range.text} ${relation(one, other)} ${other.input} ${other.range.text}; ${remedy}`),
    );
}

function relation({ range: one }: NamedRange, { range: other }: NamedRange): string {
  if (one.text === other.text) return "is";
  if (contains(one, other)) return "contains";
  return contains(other, one) ? "is inside" : "overlaps";
}

function pairs<One extends NamedRange>(
  ones: readonly One[],
  others: readonly NamedRange[],
): readonly (readonly [One, NamedRange])[] {
  return ones.flatMap((one) => others.map((other) => [one, other] as const));
}

/**
 * Pairs of overlapping ranges, the later input first. Sorted by address, a range only has to be compared with the furthest-reaching one
 * before it.
 */
function overlappingPairs(ranges: readonly NamedRange[]): readonly (readonly [NamedRange, NamedRange])[] {
  const sorted = [...ranges.entries()].sort(([, { range: a }], [, { range: b }]) => {
    if (a.family !== b.family) return a.family - b.family;
    return a.first < b.first ? -1 : 1;
  });
  const result: (readonly [NamedRange, NamedRange])[] = [];
  let furthest: (typeof sorted)[number] | undefined;
  for (const next of sorted) {
    const before = furthest;
    if (before?.[1].range.family !== next[1].range.family || before[1].range.last < next[1].range.last) furthest = next;
    if (before === undefined || !overlap(before[1].range, next[1].range)) continue;
    result.push(next[0] > before[0] ? [next[1], before[1]] : [before[1], next[1]]);
  }
  return result;
}

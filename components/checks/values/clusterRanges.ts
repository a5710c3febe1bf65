import { largestIpv6Difference, nodeRangeSize, podRanges } from "../../cilium/podRanges.ts";
import { type HelmValues, valueAt } from "../../helm/values.ts";
import {
  addressesInUse,
  type NamedRange,
  nodeCount,
  nodeSubnets,
  peerAddresses,
  poolBlocks,
  serviceRanges,
} from "../../inputs/network.ts";
import { contains, type IpRange, prefixLengthOf, sizeOf } from "../../support/ipRange.ts";
import { problem } from "../../support/problems.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";
import { overlapProblems, overlapsBetween, overlapsIn } from "../overlaps.ts";

const routing = "https://docs.cilium.io/en/stable/network/concepts/routing/";

export const clusterRangeChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "pods and Services in the same range",
      why: "The API server may give a Service the address of a pod.",
      source: "https://kubernetes.io/docs/concepts/cluster-administration/networking/",
      needs: ["podCidr", "serviceCidr"],
      run: (subject) => overlapProblems(overlapsIn(clusterRanges(subject)), "pods and Services need ranges of their own"),
    }),
    valuesCheck({
      title: "a pod range that is too small for the nodes",
      why: "Each node gets a range of its own, a /24 by default. A node without a range gets no pods.",
      source: "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/",
      needs: ["podCidr", "lan", "talos"],
      run: ({ settings, values }) => {
        const nodes = Math.max(1, nodeCount(settings));
        return ([4, 6] as const).flatMap((family) => {
          const ranges = podRanges(settings, values).filter(({ range }) => range.family === family);
          const nodeSize = nodeRangeSize(settings, values, family);
          const nodeRanges = ranges.reduce((sum, { range }) => sum + nodeRangesIn(range, nodeSize), 0);
          const [pods] = ranges;
          if (pods === undefined || nodeRanges >= nodes) return [];
          return [
            problem(
              pods.input,
              `${pods.range.text} is too small for ${nodes === 1 ? "one node" : `${nodes} nodes`} with a /${nodeSize} each; choose a larger range, or ` +
                nodeSizeRemedy(values, family, "larger"),
            ),
          ];
        });
      },
    }),
    valuesCheck({
      title: "an IPv6 pod range that is too large for the ranges of the nodes",
      why: "The controller manager, or Cilium's operator, counts the ranges of the nodes with 16 bits. It ends with an error, and no node gets a range.",
      source: "https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/nodeipam/ipam/cidrset/cidr_set.go",
      needs: ["podCidr", "talos"],
      run: ({ settings, values }) => {
        const nodeSize = nodeRangeSize(settings, values, 6);
        const shortest = nodeSize - largestIpv6Difference;
        return podRanges(settings, values)
          .filter(({ range }) => range.family === 6 && prefixLengthOf(range) < shortest)
          .map(({ input, range }) =>
            problem(
              input,
              `${range.text} is too large for nodes with a /${nodeSize} each: more than ${2 ** largestIpv6Difference} of them fit; choose a range of ` +
                `/${shortest} or longer, or ${nodeSizeRemedy(values, 6, "smaller")}`,
            ),
          );
      },
    }),
    valuesCheck({
      title: "a pod or Service range that contains an address of the LAN",
      why: "The nodes would send traffic for the LAN into the cluster.",
      source: routing,
      needs: ["podCidr", "serviceCidr", "lan", "bgp"],
      run: (subject) => {
        const ranges = clusterRanges(subject);
        const containedSubnets = overlapsBetween(ranges, nodeSubnets(subject.settings)).filter(([own, subnet]) =>
          contains(own.range, subnet.range),
        );
        const addresses = overlapsBetween(ranges, [...addressesInUse(subject.settings), ...peerAddresses(subject.settings)]);
        return overlapProblems([...containedSubnets, ...addresses], "choose a range that nothing on your network uses");
      },
    }),
    valuesCheck({
      title: "a pool that overlaps with pods or Services",
      why: "Two would answer for one address.",
      source: "https://docs.cilium.io/en/stable/network/lb-ipam/",
      needs: ["podCidr", "serviceCidr", "loadBalancer"],
      run: (subject) =>
        overlapProblems(
          overlapsBetween(poolBlocks(subject.settings), clusterRanges(subject)),
          "choose addresses of the node subnet",
        ),
    }),
  ],
  warnings: [
    valuesCheck({
      title: "a pod or Service range inside a network of the LAN",
      why: "It only works as long as nothing else on the network has one of its addresses.",
      source: routing,
      needs: ["podCidr", "serviceCidr", "lan"],
      run: (subject) => {
        const surrounding = overlapsBetween(clusterRanges(subject), nodeSubnets(subject.settings)).filter(
          ([own, subnet]) => !contains(own.range, subnet.range),
        );
        return overlapProblems(surrounding, "make sure that nothing else has these addresses");
      },
    }),
  ],
};

function nodeRangesIn(range: IpRange, nodeSize: number): number {
  return Math.floor(sizeOf(range) / 2 ** ((range.family === 4 ? 32 : 128) - nodeSize));
}

function nodeSizeRemedy(values: HelmValues, family: 4 | 6, size: "larger" | "smaller"): string {
  if (valueAt(values, "ipam.mode") !== "kubernetes") return `give a ${size} mask size in values.ipam.operator`;
  return family === 4
    ? "give the node-cidr-mask-size-ipv4 of the controller manager as talos.nodeCidrMaskSize"
    : "give the node-cidr-mask-size-ipv6 of the controller manager as talos.nodeCidrMaskSizeIPv6";
}

/** The ranges of Services and pods. */
export function clusterRanges({ settings, values }: ValuesSubject<"podCidr" | "serviceCidr">): readonly NamedRange[] {
  return [...serviceRanges(settings), ...podRanges(settings, values)];
}

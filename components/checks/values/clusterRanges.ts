import { nodeRangeSize, podRanges } from "../../cilium/podRanges.ts";
import { valueAt } from "../../helm/values.ts";
import { addressesInUse, type NamedRange, nodeAddresses, nodeSubnets, poolBlocks, serviceRanges } from "../../inputs/network.ts";
import { contains, sizeOf } from "../../support/ipRange.ts";
import { problem } from "../../support/problems.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";
import { overlappingPairs, overlapProblems, pairs } from "../overlaps.ts";

const routing = "https://docs.cilium.io/en/stable/network/concepts/routing/";

export const clusterRangeChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "pods and Services in the same range",
      why: "The API server may give a Service the address of a pod.",
      source: "https://kubernetes.io/docs/concepts/cluster-administration/networking/",
      needs: ["podCidr", "serviceCidr"],
      run: (subject) => overlapProblems(overlappingPairs(clusterRanges(subject)), "pods and Services need ranges of their own"),
    }),
    valuesCheck({
      title: "a pod range that is too small for the nodes",
      why: "Each node gets a range of its own, a /24 by default. A node without a range gets no pods.",
      source: "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/",
      needs: ["podCidr", "lan", "talos"],
      run: ({ settings, values }) => {
        const nodeSize = nodeRangeSize(settings, values);
        const nodes = Math.max(1, nodeAddresses(settings).filter(({ range }) => range.family === 4).length);
        const ranges = podRanges(settings, values);
        const [pods] = ranges;
        const nodeRanges = ranges.reduce((sum, { range }) => sum + Math.floor(sizeOf(range) / 2 ** (32 - nodeSize)), 0);
        if (pods === undefined || nodeRanges >= nodes) return [];
        const setting =
          valueAt(values, "ipam.mode") === "kubernetes"
            ? "give the node-cidr-mask-size of the controller manager as talos.nodeCidrMaskSize"
            : "give a larger mask size in values.ipam.operator";
        return [
          problem(
            pods.input,
            `${pods.range.text} is too small for ${nodes === 1 ? "one node" : `${nodes} nodes`} with a /${nodeSize} each; choose a larger range, or ` +
              setting,
          ),
        ];
      },
    }),
    valuesCheck({
      title: "a pod or Service range that contains an address of the LAN",
      why: "The nodes would send traffic for the LAN into the cluster.",
      source: routing,
      needs: ["podCidr", "serviceCidr", "lan"],
      run: (subject) => {
        const ranges = clusterRanges(subject);
        const containedSubnets = pairs(ranges, nodeSubnets(subject.settings)).filter(([own, subnet]) =>
          contains(own.range, subnet.range),
        );
        const addresses = pairs(ranges, addressesInUse(subject.settings));
        return overlapProblems([...containedSubnets, ...addresses], "choose a range that nothing on your network uses");
      },
    }),
    valuesCheck({
      title: "a pool that overlaps with pods or Services",
      why: "Two would answer for one address.",
      source: "https://docs.cilium.io/en/stable/network/lb-ipam/",
      needs: ["podCidr", "serviceCidr", "loadBalancer"],
      run: (subject) =>
        overlapProblems(pairs(poolBlocks(subject.settings), clusterRanges(subject)), "choose addresses of the node subnet"),
    }),
  ],
  warnings: [
    valuesCheck({
      title: "a pod or Service range inside a network of the LAN",
      why: "It only works as long as nothing else on the network has one of its addresses.",
      source: routing,
      needs: ["podCidr", "serviceCidr", "lan"],
      run: (subject) => {
        const surrounding = pairs(clusterRanges(subject), nodeSubnets(subject.settings)).filter(
          ([own, subnet]) => !contains(own.range, subnet.range),
        );
        return overlapProblems(surrounding, "make sure that nothing else has these addresses");
      },
    }),
  ],
};

/** The ranges of Services and pods. */
export function clusterRanges({ settings, values }: ValuesSubject<"podCidr" | "serviceCidr">): readonly NamedRange[] {
  return [...serviceRanges(settings), ...podRanges(settings, values)];
}

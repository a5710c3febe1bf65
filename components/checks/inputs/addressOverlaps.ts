import { addressesInUse, dhcpRanges, nodeSubnets, outsideOf, type PoolBlock, poolBlocks } from "../../inputs/network.ts";
import type { Settings } from "../../inputs/settings.ts";
import { sizeOf } from "../../support/ipRange.ts";
import { problem } from "../../support/problems.ts";
import { anyOf, setTo } from "../advice.ts";
import { type Checks, inputCheck } from "../check.ts";
import { overlapProblems, overlapsBetween, overlapsIn } from "../overlaps.ts";

const lbIpam = "https://docs.cilium.io/en/stable/network/lb-ipam/";

export const addressOverlapChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "two pools with the same addresses",
      why: "Two Services would get one address. The operator disables pools that overlap.",
      source: lbIpam,
      needs: ["loadBalancer"],
      run: (settings) => overlapProblems(overlapsIn(poolBlocks(settings)), "give each address to one block only"),
    }),
    inputCheck({
      title: "a pool that contains the address of a node, of the control planes or of the router",
      why:
        "A Service could get this address. From Cilium 1.19 on, the node then drops traffic to every other port of it, Talos' API " +
        "included.",
      source: "https://github.com/cilium/cilium/issues/44430",
      needs: ["loadBalancer", "lan"],
      run: (settings) =>
        overlapProblems(
          overlapsBetween(poolBlocks(settings), addressesInUse(settings)),
          "choose a range without it, or one on each side of it",
        ),
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
        overlapProblems(overlapsIn(addressesInUse(settings)), "give each node, the virtual address and the router its own"),
    }),
  ],
  warnings: [
    inputCheck({
      title: "a pool that overlaps with the DHCP range",
      why: "Two machines answer for one address as soon as the DHCP server hands it out.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/",
      needs: ["loadBalancer", "lan"],
      run: (settings) =>
        overlapProblems(
          overlapsBetween(poolBlocks(settings), dhcpRanges(settings)),
          "reserve these addresses in the DHCP server",
        ),
    }),
    inputCheck({
      title: "a pool that contains the network or broadcast address of a node network",
      why: "Hosts do not ask for these by ARP, so a Service that gets one is not reachable.",
      source: lbIpam,
      needs: ["loadBalancer", "lan"],
      run: (settings) =>
        overlapsBetween(poolBlocks(settings), nodeSubnets(settings)).flatMap(([block, { range: subnet }]) => {
          if (subnet.family === 6 || sizeOf(subnet) <= 2) return [];
          const edges = [subnet.first, subnet.last].filter((edge) => isHandedOut(block, edge));
          if (edges.length === 0) return [];
          const names = edges.map((edge) => (edge === subnet.first ? "network" : "broadcast")).join(" and the ");
          const closed = { ...block, pool: { ...block.pool, allowFirstLastIPs: "No" as const } };
          const waysOut = [
            "choose a smaller range",
            ...(edges.some((edge) => isHandedOut(closed, edge)) ? [] : [setTo(`${block.poolInput}.allowFirstLastIPs`, "No")]),
          ];
          return [problem(block.input, `${block.range.text} contains the ${names} address of ${subnet.text}; ${anyOf(waysOut)}`)];
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

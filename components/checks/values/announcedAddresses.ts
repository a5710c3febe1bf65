import { announcesOnLan } from "../../cilium/facts.ts";
import { announcesPoolsByBgp } from "../../cilium/loadBalancer/bgp.ts";
import { announcesPools } from "../../cilium/loadBalancer/l2Policies.ts";
import type { L2Policy } from "../../inputs/loadBalancerArgs.ts";
import { nodeSubnets, outsideOf, poolBlocks } from "../../inputs/network.ts";
import { contains, overlap } from "../../support/ipRange.ts";
import { problem } from "../../support/problems.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

export const announcedAddressChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "a pool outside of the node networks, announced by ARP",
      why: "A client asks by ARP only for addresses of its own network. It sends traffic for others to the router.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/",
      needs: ["l2", "loadBalancer", "lan", "bgp"],
      run: ({ settings, values }) => {
        if (!announcesOnLan(values) || !settings.loadBalancer.l2Policies.some(announcesEveryService)) return [];
        // Addresses that BGP announces may be outside of the LAN.
        const blocks = poolBlocks(settings).filter(({ range }) => !announcesPoolsByBgp(settings, values, range.family));
        return outsideOf(nodeSubnets(settings), blocks).map(({ input, range, networks }) =>
          problem(
            input,
            `${range.text} is in none of lan.subnets (${networks}), so no client asks for it by ARP; choose addresses of these networks, or ` +
              "announce them by BGP and not by loadBalancer.l2Policies",
          ),
        );
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "L2 announcements with Cilium 1.20.0",
      why: "Nobody answers for a Service whose address is new or has changed, until the agents restart. The suite lan has seen it.",
      source: "https://github.com/cilium/cilium/pull/47579",
      needs: ["ciliumVersion", "loadBalancer", "namespace"],
      releases: "1.20.0",
      run: ({ settings, values }) => {
        if (!announcesOnLan(values) || settings.loadBalancer.l2Policies.length === 0) return [];
        const restart = `run \`kubectl --namespace ${settings.namespace} rollout restart daemonset/cilium\` after each new Service`;
        return [
          problem(
            "ciliumVersion",
            `1.20.0 does not announce a Service whose address is new, until the agents restart; use Cilium 1.20.1 or later, or ${restart}`,
          ),
        ];
      },
    }),
    valuesCheck({
      title: "a pool inside a node network, announced by BGP alone",
      why: "Clients of that network ask for its addresses by ARP instead of sending to the router, and nobody answers.",
      source: "https://docs.cilium.io/en/stable/network/bgp-control-plane/bgp-control-plane/",
      needs: ["loadBalancer", "lan", "bgp"],
      run: ({ settings, values }) => {
        const isArpAnswered = announcesOnLan(values) && settings.loadBalancer.l2Policies.some(announcesPools);
        if (isArpAnswered) return [];
        return poolBlocks(settings).flatMap(({ input, range }) => {
          const network = nodeSubnets(settings).find((subnet) => overlap(subnet.range, range));
          if (network === undefined || !announcesPoolsByBgp(settings, values, range.family)) return [];
          const place = contains(network.range, range) ? "is inside" : "has addresses of";
          const question = range.family === 4 ? "ARP" : "neighbor discovery";
          return [
            problem(
              input,
              `${range.text} ${place} ${network.input} ${network.range.text}, whose clients ask for these addresses by ${question}, and BGP does not ` +
                "answer; choose addresses outside of the node networks, or add a policy",
            ),
          ];
        });
      },
    }),
  ],
};

/** A policy that selects Services may leave out those of a pool outside of the LAN. */
function announcesEveryService(policy: L2Policy): boolean {
  return announcesPools(policy) && policy.serviceSelector === undefined;
}

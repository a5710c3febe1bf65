import { announcesOnLan } from "../../cilium/facts.ts";
import { isOn } from "../../helm/values.ts";
import type { L2Policy } from "../../inputs/loadBalancerArgs.ts";
import { nodeSubnets, outsideOf, poolBlocks } from "../../inputs/network.ts";
import { problem } from "../../support/problems.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

export const announcedAddressChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "a pool outside of the node networks, announced by ARP",
      why: "A client asks by ARP only for addresses of its own network. It sends traffic for others to the router.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/",
      needs: ["l2", "loadBalancer", "lan"],
      run: ({ settings, values }) => {
        if (!announcesOnLan(values) || !settings.loadBalancer.l2Policies.some(announcesEveryService)) return [];
        // Addresses that BGP announces may be outside of the LAN.
        if (isOn(values, "bgpControlPlane.enabled")) return [];
        return outsideOf(nodeSubnets(settings), poolBlocks(settings)).map(({ input, range, networks }) =>
          problem(
            input,
            `${range.text} is in none of lan.subnets (${networks}), so no client asks for it by ARP; choose addresses of these networks, or ` +
              "announce them by BGP and leave the policy out",
          ),
        );
      },
    }),
  ],
  warnings: [],
};

/** A policy that selects Services may leave out those of a pool outside of the LAN. */
function announcesEveryService({ loadBalancerIPs = true, serviceSelector }: L2Policy): boolean {
  return loadBalancerIPs && serviceSelector === undefined;
}

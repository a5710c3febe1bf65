import { announcesByBgp, announcesOnLan } from "../../cilium/facts.ts";
import { announcesPoolAddresses, announcesPoolsByBgp } from "../../cilium/loadBalancer/bgp.ts";
import { announcesPools } from "../../cilium/loadBalancer/l2Policies.ts";
import { podRanges } from "../../cilium/podRanges.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { isOn, valueAt } from "../../helm/values.ts";
import { areDisjoint } from "../../inputs/labelSelection.ts";
import { nodeSubnets, peerAddresses, poolBlocks, serviceRanges } from "../../inputs/network.ts";
import { overlap } from "../../support/ipRange.ts";
import { problem, quote } from "../../support/problems.ts";
import { anyOf, leaveOut, setTo } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const bgpGuide = "https://docs.cilium.io/en/stable/network/bgp-control-plane/bgp-control-plane-configuration/";

/** Checks of `bgp` against the values and the addresses. */
export const bgpValueChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "BGP instances although Cilium's BGP control plane is off",
      why: "Without the switch, the agents have neither the code nor the permissions to open a session.",
      source: bgpGuide,
      needs: ["bgp"],
      run: ({ settings, values }) => {
        if (settings.bgp.length === 0 || announcesByBgp(values)) return [];
        const input = originOf(settings, "bgpControlPlane.enabled");
        return [
          problem(input, `is not true, so no agent connects to the peers in bgp; ${anyOf([leaveOut(input), leaveOut("bgp")])}`),
        ];
      },
    }),
    valuesCheck({
      title: "pod ranges that BGP does not announce in this IPAM mode",
      why: "Cilium announces the pod ranges of the node, which only the modes kubernetes and cluster-pool give it. No router learns a route.",
      source: "https://docs.cilium.io/en/stable/network/bgp-control-plane/bgp-control-plane-configuration/#pod-cidr-ranges",
      needs: ["bgp"],
      run: ({ settings, values }) => {
        const mode = valueAt(values, "ipam.mode");
        if (mode === "kubernetes" || mode === "cluster-pool") return [];
        return settings.bgp.flatMap(({ advertise }, index) => {
          if (advertise?.podCidrs !== true) return [];
          const input = `bgp[${index}].advertise.podCidrs`;
          const remedy = "announce its pools by a CiliumBGPAdvertisement of your own";
          return [problem(input, `has no effect with IPAM mode ${quote(mode)}; ${setTo(input, false)} and ${remedy}`)];
        });
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "announced pod ranges beside direct routes",
      why: "The nodes have routes to each other's pods already, past the router.",
      source: "https://docs.cilium.io/en/stable/network/concepts/routing/#native-routing",
      needs: ["bgp"],
      run: ({ settings, values }) => {
        if (!isOn(values, "autoDirectNodeRoutes")) return [];
        return settings.bgp.flatMap(({ advertise }, index) => {
          if (advertise?.podCidrs !== true) return [];
          const off = setTo(originOf(settings, "autoDirectNodeRoutes"), false);
          return [
            problem(
              `bgp[${index}].advertise.podCidrs`,
              `is true, but the nodes send traffic between pods past the router, by routes of their own; ${off}, unless only clients outside of ` +
                "the cluster need the routes to pods",
            ),
          ];
        });
      },
    }),
    valuesCheck({
      title: "announced ClusterIPs that answer nobody outside the cluster",
      why: "The router sends traffic to the nodes, which do not answer it.",
      source: "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/#external-access-to-clusterip-services",
      needs: ["bgp", "loadBalancer"],
      run: ({ settings, values }) => {
        if (isOn(values, "bpf.lbExternalClusterIP")) return [];
        return settings.bgp.flatMap(({ advertise }, index) => {
          if (advertise?.clusterIPs !== true) return [];
          const input = `bgp[${index}].advertise.clusterIPs`;
          const path = "bpf.lbExternalClusterIP";
          const isOwn = valueAt(settings.userValues, path) !== undefined;
          const open = setTo(isOwn ? originOf(settings, path) : "loadBalancer.externalClusterIp", true);
          return [
            problem(input, `is true, but ClusterIPs answer inside the cluster only; ${anyOf([open, setTo(input, false)])}`),
          ];
        });
      },
    }),
  ],
};

/** Checks of what is announced against the addresses. CiliumLoadBalancer runs them too. */
export const bgpAddressChecks: Checks<ValuesSubject> = {
  errors: [],
  warnings: [
    valuesCheck({
      title: "a pool of an IP family that no BGP peer learns",
      why: "A session carries the routes of the IP family of its addresses. No router learns where these addresses are.",
      source: bgpGuide,
      needs: ["bgp", "loadBalancer"],
      run: ({ settings, values }) => {
        const isOnLan = announcesOnLan(values) && settings.loadBalancer.l2Policies.some(announcesPools);
        if (!settings.bgp.some(announcesPoolAddresses) || isOnLan) return [];
        return poolBlocks(settings)
          .filter(({ pool, range }) => pool.disabled !== true && !announcesPoolsByBgp(settings, values, range.family))
          .map(({ input, range }) =>
            problem(
              input,
              `${range.text} is learned by no router, because no peer in bgp has an address of IPv${range.family}; add the IPv${range.family} address of ` +
                "the router as a peer",
            ),
          );
      },
    }),
    valuesCheck({
      title: "a BGP peer that learns nothing",
      why: "Its session carries the routes of the IP family of its address, and nothing of this family is announced.",
      source: bgpGuide,
      needs: ["bgp", "loadBalancer", "podCidr", "serviceCidr"],
      run: ({ settings, values }) => {
        const pools = poolBlocks(settings);
        // Without any, pools may come from elsewhere.
        if (pools.length === 0) return [];
        return peerAddresses(settings).flatMap(({ input, peerInput, range, instance }) => {
          const { externalIPs = false, clusterIPs = false, podCidrs = false } = instance.advertise ?? {};
          const announced = [
            ...(announcesPoolAddresses(instance) ? pools : []),
            ...(clusterIPs ? serviceRanges(settings) : []),
            ...(podCidrs ? podRanges(settings, values) : []),
          ];
          if (externalIPs || announced.some((each) => each.range.family === range.family)) return [];
          return [
            problem(
              input,
              `${range.text} learns routes of IPv${range.family} only, and nothing of IPv${range.family} is announced; add a block of IPv${range.family} to a ` +
                `pool, or ${leaveOut(peerInput)}`,
            ),
          ];
        });
      },
    }),
    valuesCheck({
      title: "Services that both a policy and BGP announce",
      why:
        "Clients of the node networks reach a Service through the node that answers ARP, and all others through the nodes that the router " +
        "chooses. With externalTrafficPolicy Local, the node that answers ARP may have no backend.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/",
      needs: ["bgp", "loadBalancer", "lan"],
      run: ({ settings, values }) => {
        const subnets = nodeSubnets(settings);
        const isOnLan = poolBlocks(settings).some(({ range }) => subnets.some((subnet) => overlap(subnet.range, range)));
        if (!announcesOnLan(values) || (subnets.length > 0 && !isOnLan)) return [];
        const policies = [...settings.loadBalancer.l2Policies.entries()].filter(([, policy]) => announcesPools(policy));
        return settings.bgp.flatMap((instance, index) => {
          const { serviceSelector } = instance.advertise ?? {};
          const both = policies.find(([, policy]) => !areDisjoint(policy.serviceSelector, serviceSelector));
          if (both === undefined || !announcesPoolAddresses(instance)) return [];
          return [
            problem(
              `bgp[${index}].advertise`,
              `announces Services that loadBalancer.l2Policies[${both[0]}] announces too; give both a serviceSelector with different values of one ` +
                "label, or keep one of them",
            ),
          ];
        });
      },
    }),
  ],
};

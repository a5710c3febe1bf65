import { announcesByBgp, announcesOnLan, ipamMode, usesTunnel } from "../../cilium/facts.ts";
import { announcesAnything, announcesPoolAddresses, announcesPoolsByBgp, familyOf } from "../../cilium/loadBalancer/bgp.ts";
import { announcesPools } from "../../cilium/loadBalancer/l2Policies.ts";
import { podRanges } from "../../cilium/podRanges.ts";
import { isUserValue, originOf, userValueInput } from "../../cilium/valueOrigins.ts";
import { type HelmValues, isOn } from "../../helm/values.ts";
import type { BgpInstance } from "../../inputs/bgpArgs.ts";
import { areDisjoint } from "../../inputs/labelSelection.ts";
import { nodeSubnets, peerAddresses, type PoolBlock, poolBlocks, serviceRanges } from "../../inputs/network.ts";
import type { Settings } from "../../inputs/settings.ts";
import { type IpRange, overlap } from "../../support/ipRange.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
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
        const input = originOf(settings, "bgpControlPlane.enabled", "bgpControlPlane");
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
        const mode = ipamMode(values);
        if (mode === "kubernetes" || mode === "cluster-pool") return [];
        const remedy = mode === "multi-pool" ? " and announce its pools by a CiliumBGPAdvertisement of your own" : "";
        return problemsOf(settings, "podCidrs", (off) => `has no effect with IPAM mode ${quote(mode)}; ${off}${remedy}`);
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
        if (usesTunnel(values) || !isOn(values, "autoDirectNodeRoutes")) return [];
        const byRouter = setTo(originOf(settings, "autoDirectNodeRoutes"), false);
        return problemsOf(
          settings,
          "podCidrs",
          () =>
            `is true, but the nodes send traffic between pods past the router, by routes of their own; ${byRouter}, unless only clients ` +
            "outside of the cluster need the routes to pods",
        );
      },
    }),
    valuesCheck({
      title: "announced pod ranges beside a tunnel",
      why: "The nodes send traffic between pods through the tunnel, past the router.",
      source: "https://docs.cilium.io/en/stable/network/concepts/routing/#encapsulation",
      needs: ["bgp"],
      run: ({ settings, values }) => {
        if (!usesTunnel(values)) return [];
        return problemsOf(
          settings,
          "podCidrs",
          (off) =>
            `is true, but traffic between pods goes through a tunnel; ${off}, unless clients outside of the cluster need routes to pods`,
        );
      },
    }),
    valuesCheck({
      title: "announced ClusterIPs that answer nobody outside the cluster",
      why: "The router sends traffic to the nodes, which do not answer it.",
      source: "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/#external-access-to-clusterip-services",
      needs: ["bgp", "loadBalancer"],
      run: ({ settings, values }) => {
        if (isOn(values, "bpf.lbExternalClusterIP")) return [];
        const path = "bpf.lbExternalClusterIP";
        const open = setTo(isUserValue(settings, path) ? userValueInput(settings, path) : "loadBalancer.externalClusterIp", true);
        return problemsOf(
          settings,
          "clusterIPs",
          (off) => `is true, but ClusterIPs answer inside the cluster only; ${anyOf([open, off])}`,
        );
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
      needs: ["bgp", "loadBalancer", "lan"],
      run: ({ settings, values }) => {
        if (!announcesByBgp(values) || !settings.bgp.some(announcesPoolAddresses)) return [];
        const isAnnouncedOnLan = announcesOnLan(values) && settings.loadBalancer.l2Policies.some(announcesPools);
        return enabledBlocks(settings)
          .filter(({ range }) => !announcesPoolsByBgp(settings, values, range.family))
          .filter(({ range }) => !(isAnnouncedOnLan && mayBeOnLan(settings, range)))
          .map(({ input, range: { text, family } }) =>
            problem(
              input,
              `${text} is learned by no router, because no peer in bgp has an address of IPv${family}; add the IPv${family} address of the router as ` +
                "a peer",
            ),
          );
      },
    }),
    valuesCheck({
      title: "a BGP peer that learns nothing",
      why: "Its session carries the routes of the IP family of its address, and nothing of this family is announced.",
      source: bgpGuide,
      needs: ["bgp", "loadBalancer", "podCidr", "serviceCidr"],
      run: ({ settings, values }) =>
        peerAddresses(settings)
          .filter(({ instance }) => announcesAnything(instance.advertise ?? {}))
          .filter(({ range, instance }) => !mayAnnounce(settings, values, instance, range.family))
          .map(({ input, peerInput, range: { text, family }, instance }) => {
            const without = instance.peers.length > 1 ? leaveOut(peerInput) : leaveOut(peerInput.replace(/\.peers.*/, ""));
            const pool = announcesPoolAddresses(instance) ? [`add a block of IPv${family} to a pool`] : [];
            return problem(
              input,
              `${text} learns routes of IPv${family} only, and nothing of IPv${family} is announced; ${anyOf([...pool, without])}`,
            );
          }),
    }),
    valuesCheck({
      title: "Services that both a policy and BGP announce",
      why:
        "Clients of the node networks reach a Service through the node that answers ARP, and all others through the nodes that the router " +
        "chooses. With externalTrafficPolicy Local, the node that answers ARP may have no backend.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/",
      needs: ["bgp", "loadBalancer", "lan"],
      run: ({ settings, values }) => {
        if (!announcesOnLan(values) || !announcesByBgp(values)) return [];
        const policies = [...settings.loadBalancer.l2Policies.entries()].filter(([, policy]) => announcesPools(policy));
        return settings.bgp.flatMap((instance, index) => {
          if (!announcesPoolAddresses(instance) || !announcesOnLanToo(settings, instance)) return [];
          const both = policies.find(([, policy]) => !areDisjoint(policy.serviceSelector, instance.advertise?.serviceSelector));
          if (both === undefined) return [];
          return [
            problem(
              `bgp[${index}].advertise`,
              `announces Services that loadBalancer.l2Policies[${both[0]}] announces too; give both a serviceSelector with different values of one ` +
                "label, or keep one of them; a Service with a loadBalancerClass is announced by one of them in any case",
            ),
          ];
        });
      },
    }),
  ],
};

/**
 * A problem for each instance that announces a kind of addresses. `message` gets the way out: without this kind, or without the instance if it
 * announces nothing else.
 */
function problemsOf(
  { bgp }: Pick<Settings, "bgp">,
  kind: "podCidrs" | "clusterIPs",
  message: (off: string) => string,
): readonly Problem[] {
  return bgp.flatMap(({ advertise }, index) => {
    if (advertise?.[kind] !== true) return [];
    const input = `bgp[${index}].advertise.${kind}`;
    const isOnlyKind = !announcesAnything({ ...advertise, [kind]: false });
    return [problem(input, message(isOnlyKind ? leaveOut(`bgp[${index}]`) : setTo(input, false)))];
  });
}

/** Whether an instance may announce addresses of a family. Without any pools, they may come from elsewhere. */
function mayAnnounce(
  settings: ValuesSubject<"bgp" | "loadBalancer" | "podCidr" | "serviceCidr">["settings"],
  values: HelmValues,
  instance: BgpInstance,
  family: 4 | 6,
): boolean {
  const { externalIPs = false, clusterIPs = false, podCidrs = false } = instance.advertise ?? {};
  const announcesPool = announcesPoolAddresses(instance);
  if (externalIPs || (announcesPool && settings.loadBalancer.ipPools.length === 0)) return true;
  const pods = podCidrs ? podRanges(settings, values) : [];
  // In some IPAM modes nothing is known about the ranges of pods.
  if (podCidrs && pods.length === 0) return true;
  const ranges = [...(announcesPool ? enabledBlocks(settings) : []), ...(clusterIPs ? serviceRanges(settings) : []), ...pods];
  return ranges.some(({ range }) => range.family === family);
}

/** Whether a policy may announce the addresses of an instance: those in a network of the nodes, or all if no network is known. */
function announcesOnLanToo(settings: Pick<Settings, "loadBalancer" | "lan">, { peers }: BgpInstance): boolean {
  if (settings.loadBalancer.ipPools.length === 0) return nodeSubnets(settings).length === 0;
  return enabledBlocks(settings).some(
    ({ range }) => peers.some(({ address }) => familyOf(address) === range.family) && mayBeOnLan(settings, range),
  );
}

/** Whether a range has addresses of a network of the nodes, as far as the networks of its family are known. */
function mayBeOnLan(settings: Pick<Settings, "lan">, range: IpRange): boolean {
  const networks = nodeSubnets(settings).filter((subnet) => subnet.range.family === range.family);
  return networks.length === 0 || networks.some((subnet) => overlap(subnet.range, range));
}

function enabledBlocks(settings: Pick<Settings, "loadBalancer">): readonly PoolBlock[] {
  return poolBlocks(settings).filter(({ pool }) => pool.disabled !== true);
}

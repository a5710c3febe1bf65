import { usesFamily } from "../../cilium/facts.ts";
import { podFamilies } from "../../cilium/podRanges.ts";
import { isUserValue, originOf, userValueInput } from "../../cilium/valueOrigins.ts";
import { isOn, valueAt } from "../../helm/values.ts";
import { problem, quote } from "../../support/problems.ts";
import { forwardsKubeDns } from "../../talos/clusterDns.ts";
import { allOf, leaveOut, setTo, withoutHostDns } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

export const ipFamilyChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "neither IPv4 nor IPv6",
      why: "The agent does not start.",
      source: "https://docs.cilium.io/en/stable/network/concepts/ipam/",
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (usesFamily(values, 4) || usesFamily(values, 6)) return [];
        const [input = "values.ipv4.enabled", ...others] = ([4, 6] as const)
          .filter((family) => isUserValue(settings, `ipv${family}.enabled`))
          .map((family) => userValueInput(settings, `ipv${family}.enabled`));
        return [
          problem(input, `cannot be false while the other IP family is off; ${allOf(...[input, ...others].map(leaveOut))}`),
        ];
      },
    }),
    valuesCheck({
      title: "translation between IPv4 and IPv6 without both",
      why: "The agent does not start.",
      source: "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/",
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!isOn(values, "nat46x64Gateway.enabled") || (usesFamily(values, 4) && usesFamily(values, 6))) return [];
        const input = originOf(settings, "nat46x64Gateway.enabled");
        return [problem(input, `cannot be true unless both IP families are on; ${setTo(input, false)}`)];
      },
    }),
    valuesCheck({
      title: "tunnels over an IP family that is off, from Cilium 1.20 on",
      why: "The agent does not start.",
      source: "https://github.com/cilium/cilium/blob/v1.20.0/pkg/datapath/tunnel/tunnel.go",
      needs: [],
      releases: ">=1.20.0",
      run: ({ settings, values }) => {
        const underlay = valueAt(values, "underlayProtocol");
        if (underlay !== "ipv4" && underlay !== "ipv6") return [];
        if (usesFamily(values, underlay === "ipv4" ? 4 : 6)) return [];
        const input = originOf(settings, "underlayProtocol");
        return [problem(input, `is ${quote(underlay)}, an IP family that is off; ${leaveOut(input)}`)];
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "a pod range of an IP family that is off",
      why: "Pods get no address of it.",
      source: "https://docs.cilium.io/en/stable/network/concepts/ipam/",
      needs: ["podCidr"],
      run: ({ settings, values }) =>
        podFamilies(settings)
          // With both off, the agent does not even start.
          .filter((family) => !usesFamily(values, family) && usesFamily(values, family === 4 ? 6 : 4))
          .map((family) => {
            const input = originOf(settings, `ipv${family}.enabled`);
            return problem(
              input,
              `is false, although podCidr ${settings.podCidr} has a range of IPv${family}; ${leaveOut(input)}`,
            );
          }),
    }),
    valuesCheck({
      title: "pods without IPv4 while Talos answers the DNS of the cluster",
      why: "Talos answers at an address of IPv4 (169.254.116.108), which pods without IPv4 do not reach. No name outside the cluster resolves.",
      source: "https://docs.siderolabs.com/talos/v1.13/networking/host-dns",
      needs: ["podCidr", "talos"],
      run: ({ settings, values }) => {
        if (usesFamily(values, 4) || !usesFamily(values, 6) || !forwardsKubeDns(settings)) return [];
        return [
          problem(
            podFamilies(settings).includes(4) ? originOf(settings, "ipv4.enabled") : "podCidr",
            "leaves pods without IPv4, but Talos forwards the DNS of the cluster to its own at 169.254.116.108, which they do not reach; " +
              withoutHostDns,
          ),
        ];
      },
    }),
  ],
};

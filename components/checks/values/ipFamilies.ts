import { usesFamily } from "../../cilium/facts.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { isOn, valueAt } from "../../helm/values.ts";
import { problem, quote } from "../../support/problems.ts";
import { leaveOut, setTo } from "../advice.ts";
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
        const input = originOf(settings, "ipv4.enabled");
        return [problem(input, `cannot be false while IPv6 is off; ${leaveOut(input)}`)];
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
  warnings: [],
};

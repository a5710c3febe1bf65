import {
  chainingValue,
  ipamMode,
  masquerades,
  masqueradesByIptables,
  replacesKubeProxy,
  routesNatively,
  usesFamily,
} from "../../cilium/facts.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { isOn, textAt, valueAt } from "../../helm/values.ts";
import { problem, quote } from "../../support/problems.ts";
import { isInRange } from "../../versions/supported.ts";
import { anyOf, leaveOut, masqueradeByBpf, setTo } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const masquerading = "https://docs.cilium.io/en/stable/network/concepts/masquerading/";

/** The IPAM modes in which a node has no pod range of its own. */
const modesWithoutRange = ["multi-pool", "crd", "eni", "azure", "alibabacloud", "delegated-plugin"];

export const masqueradingChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "masquerading by BPF although nothing is masqueraded",
      why: "The agent does not start.",
      source: masquerading,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!isOn(values, "bpf.masquerade") || masquerades(values)) return [];
        const input = originOf(settings, "bpf.masquerade");
        return [
          problem(input, `cannot be true, because masquerading is off for all IP families that Cilium uses; ${leaveOut(input)}`),
        ];
      },
    }),
    valuesCheck({
      title: "masquerading by BPF without the replacement of kube-proxy, with Cilium 1.18",
      why: "The agent does not start: up to 1.18, it masquerades in the code of NodePorts.",
      source: masquerading,
      needs: [],
      releases: "<1.19.0",
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!isOn(values, "bpf.masquerade") || !masquerades(values)) return [];
        if (replacesKubeProxy(values) || isOn(values, "nodePort.enabled")) return [];
        const input = originOf(settings, "bpf.masquerade");
        return [problem(input, `cannot be true while kube-proxy is not replaced; ${leaveOut(input)}`)];
      },
    }),
    valuesCheck({
      title: "masquerading by BPF together with an option of the other method",
      why: "The agent does not start.",
      source: masquerading,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!isOn(values, "bpf.masquerade") || !masquerades(values)) return [];
        const isSet = (path: string) => isOn(values, path) || textAt(values, path) !== undefined;
        return ["egressMasqueradeInterfaces", "enableMasqueradeRouteSource"].filter(isSet).map((path) => {
          const input = originOf(settings, path);
          const reason = "works only with masquerading by iptables, and values.bpf.masquerade is true";
          return problem(input, `is ${quote(valueAt(values, path))}, which ${reason}; ${leaveOut(input)}`);
        });
      },
    }),
    valuesCheck({
      title: "the masquerade agent without masquerading by BPF",
      why: "The agent does not start.",
      source: `${masquerading}#ebpf-based`,
      needs: ["talos"],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!isOn(values, "ipMasqAgent.enabled") || (masquerades(values) && isOn(values, "bpf.masquerade"))) return [];
        const input = originOf(settings, "ipMasqAgent.enabled");
        const waysOut = [...(masquerades(values) ? [masqueradeByBpf(settings, values)] : []), setTo(input, false)];
        return [problem(input, `cannot be true unless BPF masquerades; ${anyOf(waysOut)}`)];
      },
    }),
    valuesCheck({
      title: "an IPAM mode without a pod range of the node, masqueraded by iptables, from Cilium 1.19 on",
      why: "The agent crashes: it knows no range whose traffic it should masquerade.",
      source: "https://github.com/cilium/cilium/blob/v1.19.6/pkg/datapath/iptables/iptables.go",
      needs: ["talos"],
      releases: ">=1.19.0",
      stopsAgent: true,
      run: ({ settings, values }) => {
        const mode = ipamMode(values);
        if (!modesWithoutRange.includes(mode) || !masqueradesByIptables(values)) return [];
        if (textAt(values, "egressMasqueradeInterfaces") !== undefined) return [];
        const waysOut = [masqueradeByBpf(settings, values), "name the nodes' interfaces in values.egressMasqueradeInterfaces"];
        return [
          problem(originOf(settings, "ipam.mode"), `is ${quote(mode)}, which iptables cannot masquerade; ${anyOf(waysOut)}`),
        ];
      },
    }),
    valuesCheck({
      title: "an egress gateway without what it needs",
      why: "The agent does not start.",
      source: "https://docs.cilium.io/en/stable/network/egress-gateway/egress-gateway/",
      needs: ["talos", "ciliumVersion"],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!isOn(values, "egressGateway.enabled")) return [];
        const input = originOf(settings, "egressGateway.enabled");
        const off = setTo(input, false);
        const slices = "ciliumEndpointSlice.enabled";
        const problems = [];
        if (!masquerades(values, 4)) {
          problems.push(problem(input, `cannot be true while IPv4 is not masqueraded; ${off}`));
        } else if (!isOn(values, "bpf.masquerade")) {
          problems.push(
            problem(input, `cannot be true unless BPF masquerades; ${anyOf([masqueradeByBpf(settings, values), off])}`),
          );
        }
        if (isOn(values, slices)) {
          const waysOut = [setTo(originOf(settings, slices), false), off];
          problems.push(problem(input, `cannot be true together with ${originOf(settings, slices)}; ${anyOf(waysOut)}`));
        }
        if (valueAt(values, "underlayProtocol") === "ipv6" && isInRange(settings.ciliumVersion, ">=1.19.0")) {
          const underlay = originOf(settings, "underlayProtocol");
          problems.push(problem(input, `cannot be true while ${underlay} is "ipv6"; ${anyOf([leaveOut(underlay), off])}`));
        }
        return problems;
      },
    }),
    valuesCheck({
      title: "rules without connection tracking that the other values do not allow",
      why: "The agent does not start.",
      source: "https://docs.cilium.io/en/stable/operations/performance/tuning/",
      needs: ["talos"],
      stopsAgent: true,
      run: ({ settings, values }) => {
        // With CNI chaining, the chart turns them off.
        if (!isOn(values, "installNoConntrackIptablesRules") || chainingValue(values) !== undefined) return [];
        const input = originOf(settings, "installNoConntrackIptablesRules");
        const off = setTo(input, false);
        if (!routesNatively(values)) return [problem(input, `cannot be true with a tunnel; ${off}`)];
        if (!usesFamily(values, 4)) return [problem(input, `cannot be true without IPv4; ${off}`)];
        if (!replacesKubeProxy(values)) return [problem(input, `cannot be true while kube-proxy is not replaced; ${off}`)];
        if (!masqueradesByIptables(values)) return [];
        return [problem(input, `cannot be true unless BPF masquerades; ${anyOf([masqueradeByBpf(settings, values), off])}`)];
      },
    }),
  ],
  warnings: [],
};

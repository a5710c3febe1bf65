import { dsrDispatch, loadBalancerMode, replacesKubeProxy, tunnelProtocol, usesDsr, usesTunnel } from "../../cilium/facts.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { valueAt } from "../../helm/values.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { isInRange } from "../../versions/supported.ts";
import { allOf, anyOf, leaveOut, setTo } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const dsr = "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/#direct-server-return-dsr";

type Subject = ValuesSubject<"ciliumVersion">;

export const serviceTrafficChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "direct server return through a tunnel that cannot carry it",
      why: "The agent does not start: in a tunnel, only Geneve has room for the address of the Service.",
      source: dsr,
      needs: ["ciliumVersion"],
      stopsAgent: true,
      run: (subject) => {
        const { values } = subject;
        if (!replacesKubeProxy(values) || !usesTunnel(values) || !usesDsr(values)) return [];
        const protocol = tunnelProtocol(values);
        if (protocol === "geneve" && dsrDispatch(values) === "geneve") return [];
        // From 1.20 on, the choice of each Service may be dispatched by IPIP.
        const isByAnnotation = !isModeDsr(subject);
        if (isByAnnotation && is120(subject) && (protocol !== "vxlan" || dsrDispatch(values) === "ipip")) return [];
        return [dsrProblem(subject, `cannot work in a ${protocol} tunnel with dispatch ${quote(dsrDispatch(values))}`)];
      },
    }),
    valuesCheck({
      title: "dispatch by Geneve without the Geneve protocol",
      why: "The agent does not start.",
      source: dsr,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!replacesKubeProxy(values) || usesTunnel(values) || !usesDsr(values)) return [];
        if (dsrDispatch(values) !== "geneve" || tunnelProtocol(values) === "geneve") return [];
        const input = originOf(settings, "loadBalancer.dsrDispatch");
        const waysOut = [setTo(originOf(settings, "tunnelProtocol"), "geneve"), leaveOut(input)];
        return [problem(input, `is "geneve", which needs that tunnel protocol; ${anyOf(waysOut)}`)];
      },
    }),
    valuesCheck({
      title: "dispatch by IPIP without acceleration, with Cilium 1.18",
      why: "The agent does not start.",
      source: dsr,
      needs: [],
      releases: "<1.19.0",
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!replacesKubeProxy(values) || !usesDsr(values) || dsrDispatch(values) !== "ipip") return [];
        if ((valueAt(values, "loadBalancer.acceleration") ?? "disabled") !== "disabled") return [];
        // In a tunnel, IPIP does not work at all.
        if (usesTunnel(values)) return [];
        const input = originOf(settings, "loadBalancer.dsrDispatch");
        return [problem(input, `is "ipip", which needs values.loadBalancer.acceleration "native"; ${leaveOut(input)}`)];
      },
    }),
    valuesCheck({
      title: "XDP acceleration with a tunnel over IPv6",
      why: "The agent does not start.",
      source: "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/#loadbalancer-nodeport-xdp-acceleration",
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!replacesKubeProxy(values) || !usesTunnel(values) || valueAt(values, "underlayProtocol") !== "ipv6") return [];
        const acceleration = valueAt(values, "loadBalancer.acceleration") ?? "disabled";
        if (acceleration === "disabled") return [];
        const input = originOf(settings, "loadBalancer.acceleration");
        return [problem(input, `is ${quote(acceleration)}, which needs a tunnel over IPv4; ${leaveOut(input)}`)];
      },
    }),
  ],
  warnings: [],
};

function is120({ settings }: Subject): boolean {
  return isInRange(settings.ciliumVersion, ">=1.20.0");
}

function isModeDsr({ values }: Subject): boolean {
  return loadBalancerMode(values) !== "snat";
}

function dsrProblem(subject: Subject, why: string): Problem {
  const path = isModeDsr(subject) ? "loadBalancer.mode" : "bpf.lbModeAnnotation";
  const input = originOf(subject.settings, path);
  const geneve = ["tunnelProtocol", "loadBalancer.dsrDispatch"].map((each) => setTo(originOf(subject.settings, each), "geneve"));
  return problem(
    input,
    `is ${quote(valueAt(subject.values, path))}, and direct server return ${why}; ${anyOf([leaveOut(input), allOf(...geneve)])}`,
  );
}

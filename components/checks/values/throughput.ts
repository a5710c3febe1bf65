import { dsrDispatch, encryptsBy, masqueradesByIptables, replacesKubeProxy, usesTunnel } from "../../cilium/facts.ts";
import { bypassesHost, isTurnedOffByIpsec, legacyRoutingValue, needsHostRouting, usesNetkit } from "../../cilium/hostRouting.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { isOn, valueAt } from "../../helm/values.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { forwardsKubeDns } from "../../talos/clusterDns.ts";
import { isInRange } from "../../versions/supported.ts";
import { allOf, anyOf, leaveOut, masqueradeByBpf, setTo, withoutHostDns } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const tuning = "https://docs.cilium.io/en/stable/operations/performance/tuning/";

type Subject = ValuesSubject<"talos" | "ciliumVersion">;

export const throughputChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "BBR or BIG TCP with legacy host routing",
      why: "The agent does not start: the host's network stack undoes what they do.",
      source: tuning,
      needs: ["talos", "ciliumVersion"],
      stopsAgent: true,
      run: (subject) => {
        const { values } = subject;
        const legacy = legacyRoutingValue(values);
        if (legacy === undefined) return [];
        return needsHostRouting(values)
          .filter((path) => path !== "bpf.datapathMode")
          .map((path) => legacyRoutingProblem(subject, path, legacy));
      },
    }),
    valuesCheck({
      title: "BBR for the host only, without BBR",
      why: "The agent does not start.",
      source: `${tuning}#bbr-congestion-control-for-pods`,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        const path = "bandwidthManager.bbrHostNamespaceOnly";
        if (!isOn(values, "bandwidthManager.enabled") || !isOn(values, path) || isOn(values, "bandwidthManager.bbr")) return [];
        const input = originOf(settings, path);
        const waysOut = [setTo(originOf(settings, "bandwidthManager.bbr"), true), leaveOut(input)];
        return [problem(input, `cannot be true while values.bandwidthManager.bbr is not; ${anyOf(waysOut)}`)];
      },
    }),
    valuesCheck({
      title: "BIG TCP with a tunnel, a dispatch or an encryption that does not carry it",
      why: "The agent does not start.",
      source: `${tuning}#ipv4-big-tcp`,
      needs: ["ciliumVersion"],
      stopsAgent: true,
      run: ({ settings, values }) => {
        const obstacle = bigTcpObstacle(values, settings.ciliumVersion);
        if (obstacle === undefined) return [];
        return needsHostRouting(values)
          .filter((path) => path.endsWith("BIGTCP"))
          .map((path) => {
            const input = originOf(settings, path);
            return problem(input, `cannot be true with ${obstacle}; ${setTo(input, false)}`);
          });
      },
    }),
    valuesCheck({
      title: "netkit without what it needs, from Cilium 1.20 on",
      why: "The agent does not start.",
      source: `${tuning}#netkit-device-mode`,
      needs: ["talos"],
      releases: ">=1.20.0",
      run: (subject) => {
        const { settings, values } = subject;
        if (!usesNetkit(values)) return [];
        const input = originOf(settings, "bpf.datapathMode");
        const legacy = legacyRoutingValue(values);
        if (legacy !== undefined) return [legacyRoutingProblem(subject, "bpf.datapathMode", legacy)];
        if (!replacesKubeProxy(values)) return [problem(input, `needs the replacement of kube-proxy; ${leaveOut(input)}`)];
        if (!masqueradesByIptables(values)) return [];
        return [problem(input, `needs masquerading by BPF; ${anyOf([masqueradeByBpf(settings, values), leaveOut(input)])}`)];
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "BBR, BIG TCP or netkit without eBPF host routing",
      why: "The agent falls back to the host's network stack, with which they do not do their work, and only its log says so.",
      source: tuning,
      needs: ["talos", "ciliumVersion"],
      run: ({ settings, values }) => {
        if (bypassesHost(values, settings.ciliumVersion)) return [];
        const legacy = legacyRoutingValue(values);
        // With legacy routing on request, BBR and BIG TCP are an error of their own. From 1.20 on, netkit always is.
        const isNetkitError = isInRange(settings.ciliumVersion, ">=1.20.0");
        const isError = (path: string) => (path === "bpf.datapathMode" ? isNetkitError : legacy !== undefined);
        const reason =
          legacy === undefined
            ? hostRoutingObstacles({ settings, values })
            : `${originOf(settings, legacy)} is ${quote(valueAt(values, legacy))}; ${leaveOut(originOf(settings, "bpf.datapathMode"))}`;
        return needsHostRouting(values)
          .filter((path) => !isError(path))
          .map((path) =>
            problem(originOf(settings, path), `does not do its work without eBPF host routing, which is off because ${reason}`),
          );
      },
    }),
  ],
};

function legacyRoutingProblem({ settings, values }: ValuesSubject<"talos">, path: string, cause: string): Problem {
  const input = originOf(settings, path);
  const legacy = originOf(settings, cause);
  // Without legacy routing, pods bypass the host, and with it Talos' DNS, if nothing else keeps them there.
  const isDnsLost = forwardsKubeDns(settings) && !masqueradesByIptables(values) && replacesKubeProxy(values);
  const useHostRouting = isDnsLost ? allOf(leaveOut(legacy), withoutHostDns) : leaveOut(legacy);
  const giveUp = path === "bpf.datapathMode" ? leaveOut(input) : setTo(input, false);
  const value = quote(valueAt(values, path));
  return problem(
    input,
    `cannot be ${value} while ${legacy} is ${quote(valueAt(values, cause))}; ${anyOf([useHostRouting, giveUp])}`,
  );
}

/** What keeps BIG TCP from working. Undefined if nothing does. */
function bigTcpObstacle(values: Subject["values"], ciliumVersion: string): string | undefined {
  if (usesTunnel(values)) return "a tunnel";
  if (encryptsBy(values, "ipsec")) return "IPsec";
  // From 1.19 on, the dispatch counts even if no Service uses it.
  const isOtherDispatch = dsrDispatch(values) !== "opt" && isInRange(ciliumVersion, ">=1.19.0");
  return isOtherDispatch ? `dispatch ${quote(dsrDispatch(values))}` : undefined;
}

/** Why eBPF host routing is off, and what turns it on. */
function hostRoutingObstacles({ settings, values }: Subject): string {
  const obstacles = [
    ...(replacesKubeProxy(values)
      ? []
      : [["kube-proxy is not replaced", setTo(originOf(settings, "kubeProxyReplacement"), true)]]),
    ...(masqueradesByIptables(values) ? [["iptables masquerades", masqueradeByBpf(settings, values)]] : []),
    ...(isTurnedOffByIpsec(values, settings.ciliumVersion)
      ? [["Cilium 1.18 turns it off with IPsec", setTo(originOf(settings, "encryption.type"), "wireguard")]]
      : []),
  ] as const;
  return `${obstacles.map(([reason]) => reason).join(" and ")}; ${allOf(...obstacles.map(([, remedy = ""]) => remedy))}`;
}

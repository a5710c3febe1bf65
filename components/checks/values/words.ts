import semver from "semver";
import { originOf } from "../../cilium/valueOrigins.ts";
import { valueAt } from "../../helm/values.ts";
import { problem, quote } from "../../support/problems.ts";
import { leaveOut } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

interface Words {
  readonly path: string;
  readonly allowed: readonly string[];
  /** More words, from Cilium 1.20 on. */
  readonly since120?: readonly string[];
}

/** The words that the agent takes. The charts' schemas allow any text. */
const words: readonly Words[] = [
  { path: "tunnelProtocol", allowed: ["vxlan", "geneve"] },
  { path: "underlayProtocol", allowed: ["ipv4", "ipv6"], since120: ["auto"] },
  { path: "loadBalancer.mode", allowed: ["snat", "dsr", "hybrid"] },
  { path: "loadBalancer.algorithm", allowed: ["random", "maglev"] },
  { path: "loadBalancer.acceleration", allowed: ["disabled", "native", "best-effort"] },
  { path: "bpf.datapathMode", allowed: ["veth", "netkit", "netkit-l2"], since120: ["auto"] },
  { path: "identityAllocationMode", allowed: ["crd", "kvstore", "doublewrite-readkvstore", "doublewrite-readcrd"] },
  { path: "serviceNoBackendResponse", allowed: ["reject", "drop"] },
];

export const wordChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "a word that the agent does not know",
      why: "The chart renders any word, and the agent does not start.",
      source: "https://docs.cilium.io/en/stable/cmdref/cilium-agent/",
      needs: ["ciliumVersion"],
      stopsAgent: true,
      run: ({ settings, values }) =>
        words.flatMap(({ path, allowed, since120 = [] }) => {
          const word = valueAt(values, path);
          const all = semver.satisfies(settings.ciliumVersion, ">=1.20.0") ? [...allowed, ...since120] : allowed;
          // The schema of the chart refuses what is not text.
          if (typeof word !== "string" || word === "" || all.includes(word)) return [];
          const input = originOf(settings, path);
          return [
            problem(input, `is ${quote(word)}; allowed are ${all.map((each) => quote(each)).join(", ")}: ${leaveOut(input)}`),
          ];
        }),
    }),
  ],
  warnings: [],
};

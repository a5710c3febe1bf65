import { originOf } from "../../cilium/valueOrigins.ts";
import { type HelmValues, valueAt } from "../../helm/values.ts";
import type { Settings } from "../../inputs/settings.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { isInRange } from "../../versions/supported.ts";
import { leaveOut } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

interface Words {
  readonly path: string;
  readonly allowed: readonly string[];
  /** More words, from Cilium 1.20 on. */
  readonly since120?: readonly string[];
}

const ipamModes = ["kubernetes", "cluster-pool", "multi-pool", "crd", "eni", "azure", "alibabacloud", "delegated-plugin"];

// The charts' schemas allow any text for these values.

/** Words without which the agent does not start. */
const requiredWords: readonly Words[] = [
  { path: "tunnelProtocol", allowed: ["vxlan", "geneve"] },
  { path: "underlayProtocol", allowed: ["ipv4", "ipv6"], since120: ["auto"] },
  { path: "loadBalancer.mode", allowed: ["snat", "dsr", "hybrid"] },
  { path: "loadBalancer.algorithm", allowed: ["random", "maglev"] },
  { path: "loadBalancer.acceleration", allowed: ["disabled", "native", "best-effort"] },
  { path: "bpf.datapathMode", allowed: ["veth", "netkit", "netkit-l2"], since120: ["auto"] },
  { path: "bpf.monitorAggregation", allowed: ["none", "lowest", "low", "medium", "maximum", "max", "disabled"] },
  { path: "identityAllocationMode", allowed: ["crd", "kvstore", "doublewrite-readkvstore", "doublewrite-readcrd"] },
  { path: "serviceNoBackendResponse", allowed: ["reject", "drop"] },
  { path: "ipam.mode", allowed: ipamModes },
];

/** Words that the agent ignores if it does not know them. */
const ignoredWords: readonly Words[] = [
  { path: "loadBalancer.dsrDispatch", allowed: ["opt", "ipip", "geneve"] },
  { path: "policyEnforcementMode", allowed: ["default", "always", "never"] },
];

export const wordChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "a word that the agent does not know",
      why: "The chart renders any word, and the agent does not start.",
      source: "https://docs.cilium.io/en/stable/cmdref/cilium-agent/",
      needs: ["ciliumVersion"],
      stopsAgent: true,
      run: ({ settings, values }) => requiredWords.flatMap((words) => wordProblems(settings, values, words)),
    }),
    valuesCheck({
      title: "a word that the agent ignores",
      why: "The chart renders any word, and the agent starts without doing what it should.",
      source: "https://docs.cilium.io/en/stable/cmdref/cilium-agent/",
      needs: ["ciliumVersion"],
      run: ({ settings, values }) => ignoredWords.flatMap((words) => wordProblems(settings, values, words)),
    }),
  ],
  warnings: [],
};

function wordProblems(
  settings: Pick<Settings, "ciliumVersion" | "userValues" | "secretValues">,
  values: HelmValues,
  { path, allowed, since120 = [] }: Words,
): readonly Problem[] {
  const word = valueAt(values, path);
  const all = isInRange(settings.ciliumVersion, ">=1.20.0") ? [...allowed, ...since120] : allowed;
  // The schema of the chart refuses what is not text.
  if (typeof word !== "string" || word === "" || all.includes(word)) return [];
  // Levels of aggregation may also be numbers, as text.
  if (path === "bpf.monitorAggregation" && /^[0-4]$/.test(word)) return [];
  const input = originOf(settings, path);
  return [problem(input, `is ${quote(word)}; allowed are ${all.map((each) => quote(each)).join(", ")}: ${leaveOut(input)}`)];
}

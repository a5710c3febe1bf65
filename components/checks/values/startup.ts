import { originOf, type UserValues } from "../../cilium/valueOrigins.ts";
import { type HelmValues, isOn, valueAt } from "../../helm/values.ts";
import { type Problem, problem } from "../../support/problems.ts";
import { leaveOut } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

export const startupChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "an agent or operator that does not tolerate a node without network",
      why: "A node becomes ready when the agent runs, and the agent waits for the operator. A list replaces the chart's tolerations.",
      source: "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations",
      needs: [],
      run: ({ settings, values }) =>
        [
          { pods: "the agent", path: "tolerations" },
          { pods: "the operator", path: "operator.tolerations" },
        ].flatMap(({ pods, path }) => intoleranceProblems(pods, path, settings, values)),
    }),
    valuesCheck({
      title: "`nodeinit`",
      why: "It runs a script with the host's shell, and Talos has none. Its container also asks for a capability that Talos withholds.",
      source: "https://docs.siderolabs.com/talos/v1.13/learn-more/process-capabilities",
      needs: [],
      run: ({ settings, values }) => {
        if (!isOn(values, "nodeinit.enabled")) return [];
        const input = originOf(settings, "nodeinit.enabled");
        const reason = "nodeinit runs a script with the host's bash, and Talos has no shell";
        return [problem(input, `cannot be true on Talos: ${reason}; ${leaveOut(input)}`)];
      },
    }),
    valuesCheck({
      title: "an etcd without its address",
      why: "The chart's default address is a placeholder, and the agent waits for it.",
      source: "https://docs.cilium.io/en/stable/helm-reference/",
      needs: [],
      run: ({ settings, values }) => {
        const endpoints = valueAt(values, "etcd.endpoints");
        const isPlaceholder = endpoints === undefined || JSON.stringify(endpoints).includes("CHANGE-ME");
        if (!isOn(values, "etcd.enabled") || !isPlaceholder) return [];
        return [
          problem(
            originOf(settings, "etcd.enabled"),
            'is true, but values.etcd.endpoints has no address; give those of your etcd, such as ["https://192.168.1.10:2379"]',
          ),
        ];
      },
    }),
  ],
  warnings: [],
};

const taint = "node.kubernetes.io/not-ready";

interface Toleration {
  readonly key?: string | null;
  readonly operator?: string | null;
  readonly value?: string | null;
  readonly effect?: string | null;
}

function intoleranceProblems(pods: string, path: string, settings: UserValues, values: HelmValues): readonly Problem[] {
  const key = path.split(".").at(-1) ?? path;
  const parent = path === key ? values : ((valueAt(values, path.slice(0, -key.length - 1)) ?? {}) as HelmValues);
  // Without a list, the chart's applies. For null, Helm deletes it.
  if (parent[key] === undefined) return [];
  const list = (parent[key] ?? []) as readonly Toleration[];
  if (!Array.isArray(parent[key] ?? []) || list.some(toleratesNotReady)) return [];
  const whole = [...list, { key: taint, operator: "Exists" }];
  return [
    problem(
      originOf(settings, path),
      `lets ${pods} run only on nodes that are ready, and no node becomes ready without it; a list replaces the whole list of the chart: ` +
        `set it to ${JSON.stringify(whole)}`,
    ),
  ];
}

/** Whether a toleration matches the taint of a node that is not ready, which has the effect NoSchedule and no value. */
function toleratesNotReady({ key, operator, value, effect }: Toleration): boolean {
  if ((effect ?? "") !== "" && effect !== "NoSchedule") return false;
  if ((key ?? "") === "") return operator === "Exists";
  return key === taint && (operator === "Exists" || (value ?? "") === "");
}

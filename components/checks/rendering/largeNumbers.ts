import { userValueInput } from "../../cilium/valueOrigins.ts";
import type { RenderedObject } from "../../helm/render.ts";
import { tryToRender } from "../../helm/trialRendering.ts";
import { omitPath, type ValuePath } from "../../helm/values.ts";
import { type Problem, problem } from "../../support/problems.ts";
import { allOf, leaveOut, setTo } from "../advice.ts";
import { type Checks, renderedCheck, type RenderedSubject } from "../check.ts";

export const largeNumberChecks: Checks<RenderedSubject> = {
  errors: [
    renderedCheck({
      title: "a number that Helm writes with an exponent",
      why: "Helm reads 1000000 as a floating-point number and writes 1e+06, here and in Pulumi's Chart. The agent does not read that, and does not start.",
      source: "https://github.com/helm/helm/issues/1707",
      stopsAgent: true,
      run: (subject) => {
        const numbers = largeNumbersIn(subject.settings.userValues);
        if (numbers.length === 0) return [];
        const entries = Object.entries(agentConfig(subject.rendered)).filter(([key]) => !rates.has(key));
        return entries.flatMap(([key, text]) => {
          const candidates = numbers.filter(({ number }) => withExponent(number) === text);
          return causesOf(subject, key, candidates).map((cause) => exponentProblem(subject, key, cause));
        });
      },
    }),
  ],
  warnings: [],
};

/** Entries that are rates. Cilium reads them as floating-point numbers, and 1e+06 is one. */
const rates: ReadonlySet<string> = new Set(["k8s-client-qps", "operator-k8s-client-qps", "limit-ipam-api-qps"]);

interface NumberAt {
  readonly path: ValuePath;
  readonly number: number;
}

function exponentProblem({ settings }: RenderedSubject, key: string, { path, number }: NumberAt): Problem {
  const input = userValueInput(settings, path.join("."));
  const [source] = input.split(".", 1);
  const way = allOf(leaveOut(input), setTo(`${source}.extraConfig.${key}`, String(number)));
  // Nothing recognizes 1.5e+06 as a secret that is 1500000.
  const text = source === "secretValues" ? "with an exponent" : `as ${withExponent(number)}`;
  return problem(input, `is ${number}, which Helm writes ${text} into ${key}; ${way}`);
}

/** The numbers that the chart writes into an entry. Of several equal ones, those without which the entry differs. */
function causesOf({ settings, values, chart, rendered }: RenderedSubject, key: string, candidates: readonly NumberAt[]) {
  if (candidates.length < 2) return candidates;
  const text = agentConfig(rendered)[key];
  const causes = candidates.filter(({ path }) => {
    const trial = tryToRender(chart, omitPath(values, path), settings);
    return trial === undefined || agentConfig(trial)[key] !== text;
  });
  return causes.length === 0 ? candidates : causes;
}

/** The entries of cilium-config. */
function agentConfig(rendered: readonly RenderedObject[]): Readonly<Record<string, unknown>> {
  const config = rendered.find(({ object }) => object.kind === "ConfigMap" && object.metadata.name === "cilium-config");
  return (config?.object["data"] ?? {}) as Readonly<Record<string, unknown>>;
}

function largeNumbersIn(value: unknown, path: readonly string[] = []): readonly NumberAt[] {
  if (typeof value === "number" && Math.abs(value) >= 1e6) return [{ path, number: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => largeNumbersIn(member, [...path, key]));
}

/** A number as Go writes it: `1.5e+06`. */
function withExponent(number: number): string {
  return number.toExponential().replace(/e\+(\d)$/, "e+0$1");
}

import { userValueInput } from "../../cilium/valueOrigins.ts";
import { problem } from "../../support/problems.ts";
import { allOf, leaveOut, setTo } from "../advice.ts";
import { type Checks, renderedCheck, type RenderedSubject } from "../check.ts";

export const largeNumberChecks: Checks<RenderedSubject> = {
  errors: [
    renderedCheck({
      title: "a number that Helm writes with an exponent",
      why: "Helm reads 1000000 as a floating-point number and writes 1e+06, here and in Pulumi's Chart. The agent does not read that, and does not start.",
      source: "https://github.com/helm/helm/issues/1707",
      stopsAgent: true,
      run: ({ settings, rendered }) => {
        const config = rendered.find(({ object }) => object.kind === "ConfigMap" && object.metadata.name === "cilium-config");
        const entries = Object.entries((config?.object["data"] ?? {}) as Readonly<Record<string, unknown>>);
        return largeNumbersIn(settings.userValues).flatMap(({ path, number }) =>
          entries
            .filter(([, text]) => text === withExponent(number))
            .map(([key]) => {
              const input = userValueInput(settings, path);
              const way = allOf(leaveOut(input), setTo(`values.extraConfig.${key}`, String(number)));
              return problem(input, `is ${number}, which Helm writes as ${withExponent(number)} into ${key}; ${way}`);
            }),
        );
      },
    }),
  ],
  warnings: [],
};

interface NumberAt {
  readonly path: string;
  readonly number: number;
}

function largeNumbersIn(value: unknown, path: readonly string[] = []): readonly NumberAt[] {
  if (typeof value === "number" && Math.abs(value) >= 1e6) return [{ path: path.join("."), number: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => largeNumbersIn(member, [...path, key]));
}

/** A number as Go writes it: `1.5e+06`. */
function withExponent(number: number): string {
  return number.toExponential().replace(/e\+(\d)$/, "e+0$1");
}

import { userValueInput } from "../../cilium/valueOrigins.ts";
import { readSchema } from "../../helm/chartContents.ts";
import { isMap } from "../../helm/values.ts";
import { relevantPart } from "../../helm/valuesSchema.ts";
import { createAjv } from "../../inputs/ajv.ts";
import { toProblems } from "../../inputs/schema.ts";
import { chartCheck, type ChartSubject, type Checks } from "../check.ts";

export const chartSchemaChecks: Checks<ChartSubject> = {
  errors: [
    chartCheck({
      title: "a value of a type, or a word, that the chart does not accept",
      why: "Helm would refuse it later, and only name the first one.",
      source: "the chart's values.schema.json",
      needs: [],
      run: ({ chart, settings }) => {
        const values = withoutNulls(settings.userValues);
        if (Object.keys(values as object).length === 0) return [];
        const isValid = createAjv().compile(relevantPart(readSchema(chart), values));
        if (isValid(values)) return [];
        return toProblems(isValid.errors ?? []).map((problem) => ({
          ...problem,
          input: userValueInput(settings, problem.input),
        }));
      },
    }),
  ],
  warnings: [],
};

/** Removes keys that are null, as Helm does. */
function withoutNulls(value: unknown): unknown {
  if (!isMap(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]));
}

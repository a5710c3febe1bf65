import type { TalosCiliumCniArgs } from "../inputs/args.ts";
import { findChart, type Chart } from "../helm/chartSource.ts";
import { checksOfChart, checksOfInputs, checksOfValues } from "./catalog.ts";
import { find, without, type Findings } from "./check.ts";
import { effective } from "../cilium/valueOrigins.ts";
import type { HelmValues } from "../cilium/values.ts";
import { outputsAmong } from "../inputs/plainData.ts";
import { InputError, shown, warningsOf, type Problem } from "../support/problems.ts";
import { rootOf, schemaProblems } from "../inputs/schema.ts";
import { secretValuesOf, withoutSecrets } from "../inputs/secretValues.ts";
import { settingsOf, type Settings } from "../inputs/settings.ts";
import { ciliumMinor } from "../versions/supported.ts";

/** Inputs that nothing speaks against. */
export interface Valid {
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

/** What can be said of the inputs alone. Throws one InputError for all that is wrong with them. */
export function validate(args: TalosCiliumCniArgs): Valid {
  return withoutSecrets(secretValuesOf(args), () => {
    const { settings, errors, warnings } = examine(args);
    if (errors.length > 0) throw new InputError(errors);
    return { settings, warnings: warningsOf(warnings) };
  });
}

/** The same, and what the values and the chart say. */
export function validateWithChart(args: TalosCiliumCniArgs): Valid & { readonly chart: Chart; readonly values: HelmValues } {
  const { settings, unusable, ...inputs } = examine(args);
  const refuse = (...more: readonly Problem[]): never => {
    throw new InputError([...inputs.errors, ...more]);
  };
  // Of a Cilium that is not known there are no values.
  if (unusable.has("ciliumVersion") || ciliumMinor(settings.ciliumVersion) === undefined) return refuse();
  const { values } = effective(settings);
  const usable = { settings: without(settings, unusable), values };
  const chart = foundChart(settings, inputs.errors);
  const found = [inputs, find(checksOfValues, usable)];
  if (chart !== undefined && !(chart instanceof InputError)) found.push(find(checksOfChart, { ...usable, chart }));
  const errors = found.flatMap((findings) => findings.errors);
  if (chart === undefined || chart instanceof InputError) return refuse(...errors, ...(chart?.problems ?? []));
  if (errors.length > 0) return refuse(...errors);
  return {
    settings,
    chart,
    values,
    warnings: [...chart.warnings, ...warningsOf(found.flatMap((findings) => findings.warnings))],
  };
}

function foundChart(settings: Settings, problems: readonly Problem[]): Chart | InputError | undefined {
  // Its source or its release is wrong already.
  if (problems.some(({ input }) => /^(?:chart\b|ciliumVersion$)/.test(input))) return undefined;
  try {
    return findChart(settings);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error;
  }
}

interface Examined extends Findings {
  readonly settings: Settings;
  /** The inputs for which a default stands there, because they cannot be used. */
  readonly unusable: ReadonlySet<string>;
}

function examine(args: TalosCiliumCniArgs): Examined {
  if (typeof args !== "object" || (args as unknown) === null || Array.isArray(args)) {
    throw new InputError([{ input: "args", message: `are ${shown(args)}; they must be an object with the inputs` }]);
  }
  const outputs = outputsAmong(args);
  // What holds itself can be looked at no further.
  const plain = outputs.some(({ message }) => message.startsWith("holds itself")) ? {} : args;
  // An Output is reported as what it is, not as what its type is not.
  const isOutput = ({ input }: Problem) => outputs.some((output) => /^$|^[.[]/.test(input.replace(output.input, "")));
  const typed = schemaProblems(plain);
  const misfits = [...outputs, ...typed.problems.filter((problem) => !isOutput(problem))];
  // What has the wrong type is reported as such, and judged no further.
  const unusable = new Set([...typed.unusable, ...outputs.map(rootOf)]);
  const settings = settingsOf(Object.fromEntries(Object.entries(plain).filter(([key]) => !unusable.has(key))));
  const { errors, warnings } = find(checksOfInputs, without(settings, unusable));
  return { settings, unusable, errors: [...misfits, ...errors], warnings };
}

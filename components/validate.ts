import type { TalosCiliumCniArgs } from "./args.ts";
import { findChart, type Chart } from "./chart.ts";
import { addressChecks } from "./checks/addresses.ts";
import { chartValueChecks } from "./checks/chartValues.ts";
import { find, type Findings } from "./checks/check.ts";
import { effective } from "./checks/effective.ts";
import { inputChecks } from "./checks/inputs.ts";
import { machineConfigChecks } from "./checks/machineConfig.ts";
import { announcementChecks, policyChecks } from "./checks/l2.ts";
import { valueChecks } from "./checks/values.ts";
import { versionChecks } from "./checks/versions.ts";
import type { HelmValues } from "./helmValues.ts";
import { outputsAmong } from "./plainData.ts";
import { InputError, warningsOf, type Problem } from "./problems.ts";
import { rootOf, schemaProblems } from "./schemaProblems.ts";
import { settingsOf, type Settings } from "./settings.ts";
import { ciliumMinor } from "./versions.ts";

/** Inputs that nothing speaks against. */
export interface Valid {
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

/** What can be said of the inputs alone. Throws one InputError for all that is wrong with them. */
export function validate(args: TalosCiliumCniArgs): Valid {
  const { settings, errors, warnings } = examine(args);
  if (errors.length > 0) throw new InputError(errors);
  return { settings, warnings: warningsOf(warnings) };
}

/** The same, and what the values and the chart say. */
export function validateWithChart(args: TalosCiliumCniArgs): Valid & { readonly chart: Chart; readonly values: HelmValues } {
  const { settings, ...inputs } = examine(args);
  // Of a Cilium that is not known there are no values.
  const isKnown = ciliumMinor(settings.ciliumVersion) !== undefined;
  const chart = isKnown ? foundChart(settings, inputs.errors) : undefined;
  const values = isKnown ? effective(settings) : undefined;
  const found = [
    inputs,
    ...(values === undefined ? [] : [find(valueChecks, values), find(announcementChecks, values)]),
    ...(values === undefined || chart === undefined || chart instanceof InputError
      ? []
      : [find(chartValueChecks, { ...values, chart })]),
  ];
  const errors = [...found.flatMap((findings) => findings.errors), ...(chart instanceof InputError ? chart.problems : [])];
  if (errors.length > 0 || values === undefined || chart === undefined || chart instanceof InputError)
    throw new InputError(errors);
  return {
    settings,
    chart,
    values: values.values,
    warnings: [...chart.warnings, ...warningsOf(found.flatMap((findings) => findings.warnings))],
  };
}

function foundChart(settings: Settings, problems: readonly Problem[]): Chart | InputError | undefined {
  // Where it comes from, or which one it is, is wrong already.
  if (problems.some(({ input }) => /^chart\b/.test(input))) return undefined;
  try {
    return findChart(settings);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error;
  }
}

function examine(args: TalosCiliumCniArgs): Findings & { readonly settings: Settings } {
  const outputs = outputsAmong(args);
  // An Output is reported as what it is, not as what its type is not.
  const isOutput = ({ input }: Problem) => outputs.some((output) => /^$|^[.[]/.test(input.replace(output.input, "")));
  const typed = schemaProblems(args);
  const misfits = [...outputs, ...typed.problems.filter((problem) => !isOutput(problem))];
  // What has the wrong type is reported as such, and judged no further.
  const unusable = new Set([...typed.unusable, ...outputs.map(rootOf)]);
  const settings = settingsOf(Object.fromEntries(Object.entries(args).filter(([key]) => !unusable.has(key))));
  const found = [inputChecks, addressChecks, policyChecks, versionChecks, machineConfigChecks].map((checks) =>
    find(checks, settings),
  );
  return {
    settings,
    errors: [...misfits, ...found.flatMap(({ errors }) => errors)],
    warnings: found.flatMap(({ warnings }) => warnings),
  };
}

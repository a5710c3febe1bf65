import { ciliumValues } from "../cilium/values.ts";
import type { Chart } from "../helm/chartContents.ts";
import { findChart, type FoundChart } from "../helm/chartSource.ts";
import type { HelmValues } from "../helm/values.ts";
import type { TalosCiliumCniArgs } from "../inputs/args.ts";
import type { Settings } from "../inputs/settings.ts";
import { InputError, type Problem, topLevelKey } from "../support/problems.ts";
import { namedMachines } from "../talos/machines.ts";
import { ciliumMinor } from "../versions/supported.ts";
import { addressChecks, chartChecks, valuesChecks } from "./catalog.ts";
import type { ValuesSubject } from "./check.ts";
import { checkInputs, type Problems } from "./inputs.ts";
import { checkMachineConfig } from "./machineConfigs.ts";
import { runChecks } from "./run.ts";

/** Inputs after their checks. Without errors, they can be rendered. */
export interface Validation extends Problems {
  readonly settings: Settings;
  readonly values: HelmValues;
  /** Undefined if the chart was not found, which is one of the errors. */
  readonly chart: Chart | undefined;
}

/** Checks the inputs, the values and the chart. Finds as many problems at once as it can. */
export function validate(args: TalosCiliumCniArgs): Validation {
  const { settings, unusable, ...inputs } = checkInputs(args);
  const values = ciliumValues(settings);
  const results: Problems[] = [inputs];
  // Checks of the values need to know what the user set.
  const canCheckValues = !unusable.has("values") && !unusable.has("secretValues");
  if (canCheckValues) {
    results.push(runChecks({ ...addressChecks, ...valuesChecks }, { settings, values }, unusable));
    results.push(...checkMachineConfigs({ settings, values }, unusable));
  }
  const { chart, ...search } = searchChart(settings, inputs.errors);
  results.push(search);
  if (canCheckValues && chart !== undefined) results.push(runChecks(chartChecks, { settings, values, chart }, unusable));
  return { ...combine(results), settings, values, chart };
}

/** Checks the inputs of a CiliumLoadBalancer, whose Cilium comes from elsewhere: its values are taken to be those of the defaults. */
export function validateLoadBalancer(args: TalosCiliumCniArgs): Problems & { readonly settings: Settings } {
  const { settings, unusable, ...inputs } = checkInputs(args);
  const addresses = runChecks(addressChecks, { settings, values: ciliumValues(settings) }, unusable);
  return { ...combine([inputs, addresses]), settings };
}

/** Checks the machine configs that are text. The delivery checks the others. */
function checkMachineConfigs(subject: ValuesSubject, unusable: ReadonlySet<string>): readonly Problems[] {
  return namedMachines(subject.settings).flatMap((machine) => {
    const { machineConfiguration } = machine;
    if (typeof machineConfiguration !== "string") return [];
    return [checkMachineConfig(subject, machine, machineConfiguration, unusable)];
  });
}

function searchChart(settings: Settings, inputErrors: readonly Problem[]): Problems & Partial<FoundChart> {
  // With a wrong release or source there is no point in looking for the chart.
  const isKnown = !inputErrors.some((error) => ["chart", "ciliumVersion"].includes(topLevelKey(error)));
  if (!isKnown || ciliumMinor(settings.ciliumVersion) === undefined) return { errors: [], warnings: [] };
  try {
    return { ...findChart(settings), errors: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { errors: error.problems, warnings: [] };
  }
}

function combine(results: readonly Problems[]): Problems {
  return { errors: results.flatMap(({ errors }) => errors), warnings: results.flatMap(({ warnings }) => warnings) };
}

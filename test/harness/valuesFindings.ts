import { addressChecks, valuesChecks } from "../../components/checks/catalog.ts";
import { type Finding, runChecks } from "../../components/checks/run.ts";
import { ciliumValues } from "../../components/cilium/values.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { withoutAdvisories } from "./advisories.ts";

/**
 * What the checks of the effective values find, errors first and without advisories. Unlike `checkResults`, it renders no chart, so it suits long
 * tables.
 */
export function valuesFindings(args: TalosCiliumCniArgs): readonly Finding[] {
  const settings = resolveSettings(args);
  const { errors, warnings } = runChecks({ ...addressChecks, ...valuesChecks }, { settings, values: ciliumValues(settings) });
  return [...errors, ...withoutAdvisories(warnings)];
}

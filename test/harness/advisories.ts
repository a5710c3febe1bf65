import type { Finding } from "../../components/checks/run.ts";
import { advisoryChecks } from "../../components/checks/values/advisories.ts";
import type { Problem } from "../../components/support/problems.ts";

/** The checks for advisories. They report every set-up of an older release, so tests of other things leave them out. */
export const advisoryTitles: readonly string[] = advisoryChecks.warnings.map(({ title }) => title);

/** Problems without those about advisories. */
export function withoutAdvisories<T extends Problem & Partial<Finding>>(problems: readonly T[]): readonly T[] {
  return problems.filter(({ check = "" }) => !advisoryTitles.includes(check));
}

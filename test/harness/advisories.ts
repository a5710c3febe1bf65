import type { Finding } from "../../components/checks/run.ts";
import { advisoryChecks } from "../../components/checks/values/advisories.ts";
import type { Problem } from "../../components/support/problems.ts";

/** The checks that advise against a release as a whole. They report every set-up of it, so tests of other things leave them out. */
export const advisoryTitles: readonly string[] = [
  ...advisoryChecks.warnings.map(({ title }) => title),
  "L2 announcements with Cilium 1.20.0",
];

/** Problems without those about advisories. */
export function withoutAdvisories<T extends Problem & Partial<Finding>>(problems: readonly T[]): readonly T[] {
  return problems.filter(({ check = "" }) => !advisoryTitles.includes(check));
}

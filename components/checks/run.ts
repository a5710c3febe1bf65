import type { Problem } from "../support/problems.ts";
import type { Check, Checks } from "./check.ts";

/** A problem, with the title of the check that found it. */
export interface Finding extends Problem {
  readonly check: string;
}

/** What checks have found. */
export interface Findings {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Runs checks on a subject, except those that need one of the unusable inputs. */
export function runChecks<Subject>(
  groups: Readonly<Record<string, Checks<Subject>>>,
  subject: Subject,
  unusable: ReadonlySet<string> = new Set(),
): Findings {
  const run = (check: Check<Subject>): readonly Finding[] => {
    if (check.needs.some((input) => unusable.has(input))) return [];
    return check.run(subject).map((problem) => ({ ...problem, check: check.title }));
  };
  const checks = Object.values(groups);
  return {
    errors: checks.flatMap(({ errors }) => errors.flatMap(run)),
    warnings: checks.flatMap(({ warnings }) => warnings.flatMap(run)),
  };
}

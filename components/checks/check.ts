import type { Problem } from "../problems.ts";

/** Something that is looked at before anything is touched. `docs/checks.md` is made from these. */
export interface Check<Subject> {
  /** What it finds. */
  readonly finds: string;
  /** What would happen otherwise. */
  readonly because: string;
  /** Where that is written, or was seen. */
  readonly source: string;
  readonly in: (subject: Subject) => readonly Problem[];
}

/** The checks of one kind: what cannot work, and what works but deserves a look. */
export interface Checks<Subject> {
  readonly errors: readonly Check<Subject>[];
  readonly warnings: readonly Check<Subject>[];
}

/** What checks have found. */
export interface Findings {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export function find<Subject>({ errors, warnings }: Checks<Subject>, subject: Subject): Findings {
  const all = (checks: readonly Check<Subject>[]) => checks.flatMap((check) => check.in(subject));
  return { errors: all(errors), warnings: all(warnings) };
}

import type { Problem } from "../support/problems.ts";
import type { Settings } from "../inputs/settings.ts";

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

/** What these checks find in a subject. One that asks for an input that cannot be used finds nothing. */
export function find<Subject>(groups: Readonly<Record<string, Checks<Subject>>>, subject: Subject): Findings {
  const all = (severity: keyof Findings) =>
    Object.values(groups).flatMap((checks) => checks[severity].flatMap((check) => findingsOf(check, subject)));
  return { errors: all("errors"), warnings: all("warnings") };
}

function findingsOf<Subject>(check: Check<Subject>, subject: Subject): readonly Problem[] {
  try {
    return check.in(subject);
  } catch (error) {
    if (error instanceof Unusable) return [];
    throw error;
  }
}

class Unusable extends Error {}

/** The settings, of which some must not be asked for: they stand for inputs that are wrong already. */
export function without(settings: Settings, unusable: ReadonlySet<string>): Settings {
  return new Proxy(settings, {
    get: (target, key) => {
      if (typeof key === "string" && unusable.has(key)) throw new Unusable(key);
      return target[key as keyof Settings];
    },
  });
}

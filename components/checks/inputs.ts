import type { TalosCiliumCniArgs } from "../inputs/args.ts";
import { plainDataProblems } from "../inputs/plainData.ts";
import { schemaProblems } from "../inputs/schema.ts";
import { redactSecrets, secretValuesOf } from "../inputs/secretValues.ts";
import { resolveSettings, type Settings } from "../inputs/settings.ts";
import { InputError, isWithin, type Problem, problem, quote, topLevelKey } from "../support/problems.ts";
import { inputChecks } from "./catalog.ts";
import { runChecks } from "./run.ts";

/** What is wrong with the inputs, and what deserves a warning. */
export interface Problems {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Inputs after the checks that need nothing else. */
export interface CheckedInputs extends Problems {
  /** With the default in place of each unusable input. */
  readonly settings: Settings;
  /** The top-level inputs that have the wrong type. */
  readonly unusable: ReadonlySet<string>;
}

/** Checks the types of the inputs, and everything that the inputs alone can tell. Throws an InputError if they are not an object. */
export function checkInputs(args: TalosCiliumCniArgs): CheckedInputs {
  if (typeof args !== "object" || (args as unknown) === null || Array.isArray(args)) {
    throw new InputError([problem("args", `are ${quote(args)}; they must be an object with the inputs`)]);
  }
  const typeProblems = inputTypeProblems(args);
  // An unknown key does not make the others unusable.
  const unusable = new Set(typeProblems.filter(({ kind }) => kind !== "unknownInput").map(topLevelKey));
  const usable = Object.entries(args).filter(([key]) => !unusable.has(key));
  const settings = resolveSettings(Object.fromEntries(usable));
  const findings = runChecks(inputChecks, settings, unusable);
  return { settings, unusable, errors: [...typeProblems, ...findings.errors], warnings: findings.warnings };
}

/** Throws one InputError with all problems that the inputs alone can tell, before a chart is fetched or rendered. */
export function assertInputs(args: TalosCiliumCniArgs): void {
  const { errors } = redactSecrets(secretValuesOf(args), () => checkInputs(args));
  if (errors.length > 0) throw new InputError(errors);
}

function inputTypeProblems(args: object): readonly Problem[] {
  const notPlain = plainDataProblems(args);
  // Circular data cannot be traversed, so skip the schema check.
  if (notPlain.some(({ kind }) => kind === "circular")) return notPlain;
  // Report an Output once, not a second time as a type mismatch.
  const mismatches = schemaProblems(args).filter(({ input }) => !notPlain.some((outer) => isWithin(input, outer.input)));
  return [...notPlain, ...mismatches];
}

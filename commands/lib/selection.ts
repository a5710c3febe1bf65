import { globSync } from "node:fs";
import { join, resolve } from "node:path";
import { root } from "./stack.ts";
import { suites, type Suite, type SuiteName } from "./suites.ts";

export interface Selection {
  /** Names of suites, and paths of test files. */
  readonly asked?: readonly string[];
  /** All suites instead of those that run by default. */
  readonly all?: boolean;
  /** All suites but those that run by default. */
  readonly rest?: boolean;
}

/** The test files to run, by their suite. Throws when something is asked for that is not there. */
export function selectFiles({ asked = [], all = false, rest = false }: Selection): ReadonlyMap<SuiteName, readonly string[]> {
  const unknown = asked.filter((word) => !isSuite(word) && suiteOf(word) === undefined);
  if (unknown.length > 0) {
    throw new Error(`${unknown.join(", ")} is neither a suite nor a test file; suites are ${suiteNames.join(", ")}`);
  }
  const isWhole = (name: SuiteName) => {
    if (asked.length > 0) return asked.includes(name);
    if (all) return true;
    return isDefault(name) !== rest;
  };
  const selected = suiteNames.map((name) => {
    const files = filesOf(name);
    return [name, isWhole(name) ? files : files.filter((file) => asked.some((word) => fileAt(word) === file))] as const;
  });
  return new Map(selected.filter(([, files]) => files.length > 0));
}

const suiteNames = Object.keys(suites) as SuiteName[];

function isSuite(word: string): word is SuiteName {
  return word in suites;
}

function isDefault(name: SuiteName): boolean {
  const suite: Suite = suites[name];
  return suite.byDefault === true;
}

function suiteOf(word: string): SuiteName | undefined {
  return suiteNames.find((name) => filesOf(name).includes(fileAt(word)));
}

function filesOf(name: SuiteName): readonly string[] {
  return globSync(suites[name].files, { cwd: root })
    .map((file) => join(root, file))
    .sort();
}

/** A file as the user names it: from the folder the user is in, which npm hands on. */
function fileAt(word: string): string {
  return resolve(process.env["INIT_CWD"] || root, word);
}

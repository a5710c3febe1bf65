import { globSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { root } from "./root.ts";
import { type Suite, type SuiteName, suites } from "./suites.ts";

export interface Selection {
  /** Names of suites, and paths of test files or of folders with test files. */
  readonly words?: readonly string[];
  /** All suites instead of the default ones. */
  readonly all?: boolean;
  /** All suites except the default ones. */
  readonly rest?: boolean;
}

/** Selects the test files to run, by suite. Throws if a word is neither a suite nor the path of a test file or of a folder with test files. */
export function selectFiles({ words = [], all = false, rest = false }: Selection): ReadonlyMap<SuiteName, readonly string[]> {
  const paths = words.filter((word) => !isSuite(word));
  const unknown = paths.filter((path) => !suiteNames.some((name) => filesAt(path, name).length > 0));
  if (unknown.length > 0) {
    const names = suiteNames.join(", ");
    const verb = unknown.length === 1 ? "is" : "are";
    throw new Error(
      `${unknown.join(", ")} ${verb} neither a suite, a test file nor a folder with test files; suites are ${names}`,
    );
  }
  const isWhole = (name: SuiteName) => {
    if (words.length > 0) return words.includes(name);
    if (all) return true;
    return isDefault(name) !== rest;
  };
  const selected = suiteNames.map((name) => {
    if (isWhole(name)) return [name, testFiles(name)] as const;
    const files = new Set(paths.flatMap((path) => filesAt(path, name)));
    return [name, [...files].sort()] as const;
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

/** The files of a suite that a path names: the file itself, or all files in the folder. */
function filesAt(path: string, name: SuiteName): readonly string[] {
  const absolute = absolutePath(path);
  return testFiles(name).filter((file) => file === absolute || file.startsWith(absolute + sep));
}

function testFiles(name: SuiteName): readonly string[] {
  return globSync(suites[name].files, { cwd: root })
    .map((file) => join(root, file))
    .sort();
}

/** Resolves a path that the user typed, relative to the user's folder, which npm passes on. */
function absolutePath(path: string): string {
  return resolve(process.env["INIT_CWD"] || root, path);
}

import { globSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./root.ts";

/** Something that node:test runs in a process of its own: a test file, or several that share the process. */
export interface TestProcess {
  readonly path: string;
  /** How it is named in the output. */
  readonly title: string;
}

/**
 * Lets test files share processes if a glob pattern allows it, because starting a process for each of them would take longer than their
 * tests. `folder` is for the files that import them, `count` is the number of processes.
 */
export function shareProcesses(
  paths: readonly string[],
  patterns: readonly string[],
  { folder, count }: { readonly folder: string; readonly count: number },
): readonly TestProcess[] {
  const sharing = new Set(patterns.flatMap((pattern) => globSync(pattern, { cwd: root }).map((file) => join(root, file))));
  const alone = paths.filter((path) => !sharing.has(path)).map(ownProcess);
  const shared = paths.filter((path) => sharing.has(path));
  if (shared.length <= count) return [...alone, ...shared.map(ownProcess)];
  const groups = Array.from({ length: count }, (_, number) => shared.filter((_path, index) => index % count === number));
  // They take longest, so they come first.
  return [...groups.map((group, index) => sharedProcess(group, join(folder, `shared-${index}.test.mjs`))), ...alone];
}

/** The folder that all files are in, relative to the root. */
function commonFolder([first = "", ...others]: readonly string[]): string {
  const folder = dirname(first);
  const isCommon = others.every((path) => path.startsWith(`${folder}${sep}`));
  return isCommon || folder === dirname(folder) ? relative(root, folder) : commonFolder([folder, ...others]);
}

function ownProcess(path: string): TestProcess {
  return { path, title: path.slice(root.length + 1) };
}

function sharedProcess(paths: readonly string[], file: string): TestProcess {
  writeFileSync(file, paths.map((path) => `await import(${JSON.stringify(pathToFileURL(path).href)});\n`).join(""));
  return { path: file, title: `${paths.length} files of ${commonFolder(paths)}, in one process` };
}

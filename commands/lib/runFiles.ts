import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { dim, mark, say } from "./terminal.ts";
import { root } from "./stack.ts";

/** How tests went. */
export interface Result {
  passed: number;
  failed: number;
  /** Why a whole suite was skipped, or single tests of it. */
  readonly skipped: string[];
}

/** A file to run, the environment that it gets on top of this process's own, and where its tests are counted. */
export interface TestFile {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly result: Result;
  /** Whether no other such file runs at the same time. */
  readonly isAlone: boolean;
}

interface Limits {
  /** A folder for what this needs for itself. */
  readonly folder: string;
  readonly concurrency: number;
  /** In milliseconds, for each file. */
  readonly timeout: number;
}

/** Runs test files side by side, and beside them one after the other those that have to be alone. */
export async function runFiles(files: readonly TestFile[], { folder, concurrency, timeout }: Limits): Promise<void> {
  const environments = join(folder, "environments.json");
  writeFileSync(environments, JSON.stringify(Object.fromEntries(files.map(({ path, environment }) => [path, environment]))));
  process.env["CILIUM_TEST_ENVIRONMENTS"] = environments;
  const [alone, sideBySide] = [files.filter(({ isAlone }) => isAlone), files.filter(({ isAlone }) => !isAlone)];
  await Promise.all([runTogether(sideBySide, concurrency, timeout), runTogether(alone, 1, timeout)]);
}

const applyEnvironment = pathToFileURL(join(import.meta.dirname, "suiteEnvironment.ts")).href;

async function runTogether(files: readonly TestFile[], concurrency: number, timeout: number): Promise<void> {
  if (files.length === 0) return;
  const resultOf = new Map(files.map(({ path, result }) => [path, result]));
  const events = run({ files: [...resultOf.keys()], concurrency, timeout, execArgv: ["--import", applyEnvironment] });
  events.on("test:pass", ({ file, name, skip }) => {
    const result = resultOf.get(file ?? "");
    if (skip !== undefined) result?.skipped.push(`${name}: ${String(skip)}`);
    else if (result !== undefined) result.passed += 1;
  });
  events.on("test:fail", ({ name, details, file, line }) => {
    const result = resultOf.get(file ?? "");
    if (result !== undefined) result.failed += 1;
    say(`${mark("red", "✗")} ${name} ${dim(`${file}:${line}`)}\n${inspect(details.error.cause)}`);
    // A file that ends before it can report has no summary; why, is in its output.
    if (name === file) sayOutput(file);
  });
  const output = new Map<string, string>();
  const sayOutput = (file: string) => {
    say(output.get(file) ?? "");
    output.delete(file);
  };
  events.on("test:stderr", ({ file, message }) => {
    output.set(file, (output.get(file) ?? "") + message);
    // Of a single file one wants to see how it goes on.
    if (files.length === 1) say(dim(`  ${message.trimEnd()}`));
  });
  events.on("test:summary", ({ file, success, counts, duration_ms }) => {
    if (file === undefined) return;
    const told = `${counts.tests} tests, ${(duration_ms / 1000).toFixed(1)} s`;
    say(`${mark(success ? "green" : "red", success ? "✓" : "✗")} ${relative(root, file)} ${dim(`(${told})`)}`);
    if (!success) sayOutput(file);
  });
  await finished(events.resume());
}

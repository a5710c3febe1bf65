import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { root } from "./root.ts";
import type { TestProcess } from "./sharedProcesses.ts";
import { dim, mark, say } from "./terminal.ts";

/** The results of a suite. */
export interface Result {
  passed: number;
  failed: number;
  /** Why the suite, or single tests of it, were skipped. */
  readonly skipped: string[];
}

/** A test that failed, or a file that did not run to its end. */
export interface Failure {
  readonly name: string;
  /** The file, relative to the root, and for a test its line. */
  readonly place: string;
  /** The files that may be the one to run again, relative to the root: that of the test, and that of the process. */
  readonly files: readonly string[];
}

/** A file to run, its environment in addition to that of this process, and where its tests are counted. */
export interface TestFile extends TestProcess {
  readonly environment: Readonly<Record<string, string>>;
  readonly result: Result;
  /** Whether no other file with this flag may run at the same time. */
  readonly isAlone: boolean;
}

interface Limits {
  /** A folder for temporary files of the run. */
  readonly folder: string;
  readonly concurrency: number;
  /** In milliseconds, for each file. */
  readonly timeout: number;
}

/** Runs test files in parallel; at the same time, runs those that must be alone one after another. Returns what failed. */
export async function runFiles(
  files: readonly TestFile[],
  { folder, concurrency, timeout }: Limits,
): Promise<readonly Failure[]> {
  const environments = join(folder, "environments.json");
  writeFileSync(environments, JSON.stringify(Object.fromEntries(files.map(({ path, environment }) => [path, environment]))));
  process.env["CILIUM_TEST_ENVIRONMENTS"] = environments;
  const sequential = files.filter(({ isAlone }) => isAlone);
  const parallel = files.filter(({ isAlone }) => !isAlone);
  const failures = await Promise.all([runTogether(parallel, concurrency, timeout), runTogether(sequential, 1, timeout)]);
  return failures.flat();
}

const applyEnvironment = pathToFileURL(join(import.meta.dirname, "suiteEnvironment.ts")).href;

async function runTogether(files: readonly TestFile[], concurrency: number, timeout: number): Promise<readonly Failure[]> {
  if (files.length === 0) return [];
  const failures: Failure[] = [];
  const resultOf = new Map(files.map(({ path, result }) => [path, result]));
  const titleOf = new Map(files.map(({ path, title }) => [path, title]));
  const events = run({ files: [...resultOf.keys()], concurrency, timeout, execArgv: ["--import", applyEnvironment] });
  // A test that a helper registers is reported with the helper's file, so the summary of each test file counts, not its single tests.
  events.on("test:pass", (event) => {
    const { file, name, skip } = event;
    const result = resultOf.get(testFileOf(event));
    if (skip !== undefined) result?.skipped.push(`${name}: ${String(skip)}`);
    // A file without tests has no summary.
    else if (name === file && result !== undefined) result.passed += 1;
  });
  events.on("test:fail", (event) => {
    const { name, details, file, line } = event;
    const result = resultOf.get(file ?? "");
    // The file itself failed, not one of its tests.
    const isFile = name === file;
    if (isFile && result !== undefined) result.failed += 1;
    const { cause, failureType } = details.error as Error & { readonly failureType?: string };
    // A group of tests fails with each of its tests, which are reported themselves.
    if (failureType === "subtestsFailed") return;
    const title = titleOf.get(file ?? "") ?? relative(root, file ?? "");
    const files = [file ?? "", testFileOf(event)].map((each) => relative(root, each));
    const failure = isFile
      ? { name: "did not run to its end", place: title, files }
      : { name, place: `${relative(root, file ?? "")}:${line}`, files };
    failures.push(failure);
    // Of a file that ended by itself, node:test only says "test failed".
    const reason = cause === "test failed" ? "" : `\n${typeof cause === "string" ? cause : inspect(cause)}`;
    say(`${describeFailure(failure)}${reason}`);
    // A file that ends before it can report has no summary; its output says why.
    if (isFile) sayOutput(file);
  });
  const output = new Map<string, string>();
  const sayOutput = (file: string) => {
    const text = output.get(file);
    if (text !== undefined) say(text);
    output.delete(file);
  };
  events.on("test:stderr", ({ file, message }) => {
    // Show the progress of a single file. The output of others is shown if they fail.
    if (files.length === 1) say(dim(`  ${message.trimEnd()}`));
    else output.set(file, (output.get(file) ?? "") + message);
  });
  events.on("test:summary", ({ file, success, counts, duration_ms }) => {
    if (file === undefined) return;
    const result = resultOf.get(file);
    if (result !== undefined) {
      result.passed += counts.passed;
      result.failed += counts.tests - counts.passed - counts.skipped - counts.todo;
    }
    const summary = `${countTests(counts.tests)}, ${(duration_ms / 1000).toFixed(1)} s`;
    say(`${success ? mark("green", "✓") : mark("red", "✗")} ${titleOf.get(file) ?? file} ${dim(`(${summary})`)}`);
    if (!success) sayOutput(file);
  });
  await finished(events.resume());
  return failures;
}

/**
 * The test file whose process reports an event. `file` is the place of the test, which is another file if a helper registers it. Node before 24
 * names no other one.
 */
function testFileOf({
  file = "",
  entryFile = file,
}: {
  readonly file?: string | undefined;
  readonly entryFile?: string;
}): string {
  return entryFile;
}

/** `2 tests`. */
export function countTests(count: number): string {
  return count === 1 ? "1 test" : `${count} tests`;
}

/** `✗ test/unit/config.test.ts:12 the name of the test`. */
function describeFailure({ name, place }: Failure): string {
  return `${mark("red", "✗")} ${dim(place)} ${name}`;
}

/** The tests that failed, and the command that runs only their files. They were reported among all others. */
export function listFailures(failures: readonly Failure[]): readonly string[] {
  // Neither a helper that registers tests nor a process of many files can be run again by its name.
  const files = new Set(failures.flatMap((failure) => failure.files.find((file) => file.endsWith(".test.ts")) ?? []));
  return [
    ...failures.map(describeFailure),
    ...(files.size === 0 ? [] : [`run these files again: npm test -- ${[...files].join(" ")}`]),
  ];
}

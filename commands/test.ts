// npm test: runs the default suites. `npm test -- charts test/unit/checks test/lan/native118.test.ts` runs these suites, folders and files, and
// `npm run test:all` runs every suite.
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { readCommandLine } from "./lib/commandLine.ts";
import { provide, SuiteObstacle } from "./lib/provide.ts";
import { countTests, listFailures, type Result, runFiles, type TestFile } from "./lib/runFiles.ts";
import { selectFiles } from "./lib/selection.ts";
import { shareProcesses } from "./lib/sharedProcesses.ts";
import { type Suite, type SuiteName, suites } from "./lib/suites.ts";
import { dim, fail, mark, say, secondsSince } from "./lib/terminal.ts";

/** In milliseconds; a test file that runs longer hangs, and fails. The slowest waits ten minutes for a machine that is down. */
const fileTimeout = 20 * 60_000;

const commandLine = {
  command: "npm test",
  usage: `usage: npm test [-- suite | file | folder]... [option...]

Runs test suites, test files, or the test files in folders. Without a name it runs the suites unit, charts and engine. Everything that they
need is downloaded or built first, once. docs/how-it-is-tested.md says what each suite proves and needs.

suites: ${Object.keys(suites).toSorted().join(", ")}

  --all     runs every suite; one that this machine cannot run is skipped, with the reason (npm run test:all)
  --rest    runs the suites that npm test leaves out
  --strict  fails if a suite is skipped, unless nothing that you install would help
  --runs N  generates N inputs in the suites fuzz and verdicts
  --help    prints this
`,
  config: {
    allowPositionals: true,
    options: {
      all: { type: "boolean" },
      rest: { type: "boolean" },
      strict: { type: "boolean" },
      // The inputs of fuzz differ in every run.
      runs: { type: "string" },
    },
  },
} as const;

interface SuiteResult extends Result {
  /** Whether the user could remove the reason for which it was skipped. */
  isAvoidable: boolean;
}

async function main(): Promise<void> {
  const start = performance.now();
  const { positionals, values } = readCommandLine(commandLine);
  if (values.runs !== undefined) process.env["GENERATED_INPUTS"] = readRuns(values.runs);
  const selected = selectFiles({ words: positionals, all: values.all === true, rest: values.rest === true });
  say(dim(`preparing ${describe(selected)}`));

  const folder = mkdtempSync(join(tmpdir(), "cilium-test-suites-"));
  process.on("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

  const results = new Map<string, SuiteResult>();
  const provided = [...selected].map(async ([name, paths]): Promise<readonly TestFile[]> => {
    const suite: Suite = suites[name];
    const result: SuiteResult = { passed: 0, failed: 0, skipped: [], isAvoidable: false };
    results.set(name, result);
    try {
      const environment = await provide(suite, join(folder, name));
      const processes = shareProcesses(paths, suite.sharesProcesses ?? [], {
        folder: join(folder, name),
        count: availableParallelism(),
      });
      return processes.map((each) => ({ ...each, environment, result, isAlone: suite.oneByOne === true }));
    } catch (error) {
      countAsNotRun(name, error, result);
      return [];
    }
  });
  const files = (await Promise.all(provided)).flat();
  say(dim(`everything is ready (${secondsSince(start)})`));
  // The user decides how many inputs are generated, so there is no limit.
  const timeout = values.runs === undefined ? fileTimeout : Infinity;
  const failures = await runFiles(files, { folder, concurrency: availableParallelism(), timeout });

  const sum = (outcome: "passed" | "failed") => [...results.values()].reduce((total, result) => total + result[outcome], 0);
  const lines = [...results].map(([name, result]) => `${name.padEnd(8)} ${summarize(result)}`);
  process.stdout.write(`\n${lines.join("\n")}\n`);
  if (failures.length > 0) process.stdout.write(`\n${listFailures(failures).join("\n")}\n`);
  process.stdout.write(`\n${sum("passed")} passed, ${sum("failed")} failed\n`);
  say(dim(`in ${secondsSince(start)}`));
  const isSkipped = [...results.values()].some(({ isAvoidable }) => isAvoidable);
  const isGood = sum("failed") === 0 && sum("passed") > 0 && !(values.strict === true && isSkipped);
  process.exitCode = isGood ? 0 : 1;
}

/** `3 test files of the suites charts and unit`. */
function describe(selected: ReadonlyMap<SuiteName, readonly string[]>): string {
  const names = [...selected.keys()].toSorted();
  const count = [...selected.values()].flat().length;
  const [files, ofSuites] = [count === 1 ? "file" : "files", names.length === 1 ? "suite" : "suites"];
  return `${count} test ${files} of the ${ofSuites} ${new Intl.ListFormat("en-GB").format(names)}`;
}

/** Checks the number of generated inputs. */
function readRuns(text: string): string {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--runs: is ${JSON.stringify(text)}; it must be a whole number such as 1000`);
  return text;
}

/** Counts a suite as skipped if it cannot run here, and as failed if its setup failed. */
function countAsNotRun(name: string, error: unknown, result: SuiteResult): void {
  if (error instanceof SuiteObstacle) {
    result.skipped.push(error.message);
    result.isAvoidable = !error.isExcused;
    return;
  }
  result.failed += 1;
  say(`${mark("red", "✗")} ${name} could not be set up\n${error instanceof Error ? error.message : inspect(error)}`);
}

function summarize({ passed, failed, skipped }: Result): string {
  const reasons = skipped.map((reason) => `; skipped: ${reason}`).join("");
  if (passed + failed === 0) return reasons.replace("; ", "");
  if (failed > 0) return `FAILED, ${failed} of ${countTests(passed + failed)}${reasons}`;
  return `passed, ${countTests(passed)}${reasons}`;
}

await main().catch(fail);

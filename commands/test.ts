// npm test: runs the default suites. `npm test -- charts test/unit/checks test/lan/native118.test.ts` runs these suites, folders and files, and
// `npm run test:all` runs every suite.
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, parseArgs } from "node:util";
import { provide, SuiteObstacle } from "./lib/provide.ts";
import { type Result, runFiles, type TestFile } from "./lib/runFiles.ts";
import { selectFiles } from "./lib/selection.ts";
import { shareProcesses } from "./lib/sharedProcesses.ts";
import { type Suite, suites } from "./lib/suites.ts";
import { dim, fail, mark, say, secondsSince } from "./lib/terminal.ts";

/** In milliseconds; a test file that runs longer hangs, and fails. The slowest waits ten minutes for a machine that is down. */
const fileTimeout = 20 * 60_000;

interface SuiteResult extends Result {
  /** Whether the user could remove the reason for which it was skipped. */
  isAvoidable: boolean;
}

async function main(): Promise<void> {
  const start = performance.now();
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: "boolean" },
      rest: { type: "boolean" },
      // A skipped suite fails the run, unless installing something would not help.
      strict: { type: "boolean" },
      // How many inputs the suites fuzz and verdicts generate; those of fuzz differ in every run.
      runs: { type: "string" },
    },
  });
  if (values.runs !== undefined) process.env["GENERATED_INPUTS"] = values.runs;
  const selected = selectFiles({ words: positionals, all: values.all === true, rest: values.rest === true });

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
  await runFiles(files, { folder, concurrency: availableParallelism(), timeout });

  const sum = (outcome: "passed" | "failed") => [...results.values()].reduce((total, result) => total + result[outcome], 0);
  const lines = [...results].map(([name, result]) => `${name.padEnd(8)} ${summarize(result)}`);
  process.stdout.write(`\n${lines.join("\n")}\n\n${sum("passed")} passed, ${sum("failed")} failed\n`);
  say(dim(`in ${secondsSince(start)}`));
  const isSkipped = [...results.values()].some(({ isAvoidable }) => isAvoidable);
  const isGood = sum("failed") === 0 && sum("passed") > 0 && !(values.strict === true && isSkipped);
  process.exitCode = isGood ? 0 : 1;
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
  if (failed > 0) return `FAILED, ${failed} of ${passed + failed} tests${reasons}`;
  return `passed, ${passed} tests${reasons}`;
}

await main().catch(fail);

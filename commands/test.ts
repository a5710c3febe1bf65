// npm test: every suite that this machine can run, or the suites named: `npm test -- unit charts`.
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join, relative } from "node:path";
import { run } from "node:test";
import { finished } from "node:stream/promises";
import { inspect, parseArgs } from "node:util";
import { settingsOf } from "../components/settings.ts";
import { ensureTool, ToolError, type tools } from "../tools/tools.mjs";
import { findSource } from "./chartSource.ts";
import { dim, fail, mark, progress, say, secondsSince } from "./report.ts";
import { root } from "./stack.ts";
import { InputError } from "../components/problems.ts";

interface Suite {
  readonly files: string;
  /** What it takes, besides Node and the packages. */
  readonly tools: readonly (keyof typeof tools)[];
  /** The Cilium releases whose chart it renders. */
  readonly charts: readonly string[];
}

const suites: Readonly<Record<string, Suite>> = {
  /** Functions from data to data, and the component against Pulumi's mocks. */
  unit: { files: "test/*.test.ts", tools: ["helm", "yamlread"], charts: ["1.18.4"] },
  /** Real Helm on the real charts. */
  charts: { files: "test/charts/*.test.ts", tools: ["helm", "helm3", "yamlread"], charts: ["1.18.4", "1.19.6", "1.20.0"] },
  /** The real Pulumi engine on index.ts, and the commands as a user starts them. */
  engine: { files: "test/engine/*.test.ts", tools: ["pulumi", "helm"], charts: ["1.18.4"] },
};

interface Result {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly told: string;
}

async function runSuite(name: string, suite: Suite): Promise<Result> {
  const start = performance.now();
  say(`\n${name}`);
  const missing = await provide(suite);
  if (missing !== undefined) return { suite: name, passed: 0, failed: 0, told: `skipped: ${missing}` };
  let [passed, failed] = [0, 0];
  const events = run({
    files: globSync(suite.files, { cwd: root }).map((file) => join(root, file)),
    concurrency: availableParallelism(),
  });
  events.on("test:fail", ({ name: test, details, file, line }) => {
    failed += 1;
    say(`${mark("red", "✗")} ${test} ${dim(`${file}:${line}`)}\n${inspect(details.error.cause)}`);
  });
  events.on("test:pass", ({ skip }) => {
    if (skip === undefined) passed += 1;
  });
  events.on("test:summary", ({ file, success, counts, duration_ms }) => {
    if (file === undefined) return;
    const count = `${counts.tests} tests, ${(duration_ms / 1000).toFixed(1)} s`;
    say(`${mark(success ? "green" : "red", success ? "✓" : "✗")} ${relative(root, file)} ${dim(`(${count})`)}`);
  });
  events.on("test:stdout", ({ message }) => process.stderr.write(message));
  events.on("test:stderr", ({ message }) => process.stderr.write(message));
  await finished(events.resume());
  const told = failed === 0 ? `passed, ${passed} tests` : `FAILED, ${failed} of ${passed + failed} tests`;
  return { suite: name, passed, failed, told: `${told} in ${secondsSince(start)}` };
}

/** Makes ready what a suite takes; returns the reason why that cannot be done. */
async function provide({ tools, charts }: Suite): Promise<string | undefined> {
  try {
    for (const tool of tools) {
      const folder = await ensureTool(tool, progress);
      // Two tools are called helm: the tests find Helm 3 by this variable.
      if (tool === "helm3") process.env["HELM3"] = folder;
      else if (folder !== undefined) process.env["PATH"] = [folder, process.env["PATH"]].join(delimiter);
    }
    for (const ciliumVersion of charts) findSource(settingsOf({ ciliumVersion }));
    return undefined;
  } catch (error) {
    if (error instanceof ToolError || error instanceof InputError) return error.message;
    throw error;
  }
}

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const unknown = positionals.filter((name) => !(name in suites));
  if (unknown.length > 0) fail(`there is no suite ${unknown.join(", ")}; there are ${Object.keys(suites).join(", ")}`);
  const results: Result[] = [];
  for (const [name, suite] of Object.entries(suites)) {
    if (positionals.length === 0 || positionals.includes(name)) results.push(await runSuite(name, suite));
  }
  const sum = (key: "passed" | "failed") => results.reduce((total, result) => total + result[key], 0);
  process.stdout.write(`\n${results.map(({ suite, told }) => `${suite.padEnd(8)} ${told}`).join("\n")}\n`);
  process.stdout.write(`\n${sum("passed")} passed, ${sum("failed")} failed\n`);
  process.exitCode = sum("failed") === 0 ? 0 : 1;
}

await main().catch(fail);

// npm test: all suites, or those named: `npm test -- unit cluster`.
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { run } from "node:test";
import { finished } from "node:stream/promises";
import { inspect, parseArgs } from "node:util";
import { settingsOf } from "../components/settings.ts";
import { pinnedCharts } from "../components/versions.ts";
import { ensureTool, MissingToolError, type tools } from "../tools/tools.mjs";
import { findSource } from "./chartSource.ts";
import { withoutLan } from "./lan.ts";
import { allPlugins, pluginFolder, withoutPlugin, type Plugin } from "./plugins.ts";
import { addToPath, putOnPath } from "./putOnPath.ts";
import { dim, fail, mark, progress, say, secondsSince } from "./report.ts";
import { root } from "./stack.ts";
import { ChartUnreachable } from "../components/chart.ts";

interface Suite {
  readonly files: string;
  /** What it takes, besides Node and the packages. */
  readonly tools: readonly (keyof typeof tools)[];
  /** The Cilium releases whose chart it renders. */
  readonly charts: readonly string[];
  /** Whether its files are run one after the other, since they look at what is there once in a machine. */
  readonly oneByOne?: boolean;
  /** Why this machine cannot run it, if so. */
  readonly withoutMachine?: () => string | undefined;
  /** The Pulumi plugins that it takes; they are not built here. Tests that take others are skipped one by one. */
  readonly plugins?: readonly Plugin[];
}

/** The releases whose charts can be had without a connection to their repository. */
const allCharts = Object.entries(pinnedCharts).flatMap(([version, { source }]) => (source === undefined ? [] : [version]));

// The slowest first, so that all cores have something to do to the end.
const suites: Readonly<Record<string, Suite>> = {
  /** A client on a LAN of network namespaces, and the real agent. */
  lan: {
    files: "test/lan/*.test.ts",
    tools: ["helm", "etcd", "apiserver", "kubectl", "operator", "agent", "ciliumDbg"],
    withoutMachine: withoutLan,
    oneByOne: true,
    charts: ["1.18.4"],
  },
  /** Generated inputs: problems that name them, or what Helm and the API server take. */
  fuzz: {
    files: "test/fuzz/*.test.ts",
    tools: ["helm", "etcd", "apiserver", "kubectl", "operator"],
    charts: allCharts,
  },
  /** The real Pulumi engine on index.ts, and the commands as a user starts them. */
  engine: { files: "test/engine/*.test.ts", tools: ["pulumi", "helm"], charts: ["1.18.4"] },
  /** Real Helm on the real charts. */
  charts: { files: "test/charts/*.test.ts", tools: ["helm", "helm3", "yamlread"], charts: allCharts },
  /** A real API server, and the real Cilium operator, on what is exported. */
  cluster: {
    files: "test/cluster/*.test.ts",
    tools: ["pulumi", "helm", "yamlread", "etcd", "apiserver", "controllerManager", "scheduler", "kwok", "kubectl", "operator"],
    charts: allCharts,
  },
  /** The real engine with the real Kubernetes plugin against a real API server. */
  plugins: {
    files: "test/plugins/*.test.ts",
    tools: [
      "pulumi",
      "helm",
      "yamlread",
      "etcd",
      "apiserver",
      "controllerManager",
      "scheduler",
      "kwok",
      "kubectl",
      "operator",
      "talosNode",
      "talosSync",
    ],
    plugins: ["resource-kubernetes"],
    charts: ["1.18.4", "1.19.6"],
  },
  /** Talos' own code: configuration on the patches that are made for it, and the sync of manifests on a real API server. */
  talos: {
    files: "test/talos/*.test.ts",
    tools: [
      "helm",
      "machinery-1.11",
      "machinery-1.13",
      "machinery-1.14",
      "talosSync",
      "etcd",
      "apiserver",
      "kubectl",
      "operator",
    ],
    charts: ["1.18.4", "1.19.6"],
  },
  /** Functions from data to data, and the component against Pulumi's mocks. */
  unit: { files: "test/*.test.ts", tools: ["helm", "yamlread", "goregexp"], charts: allCharts },
};

/** After so long a file has come to a standstill, and fails. The slowest waits ten minutes, for a machine that is down. */
const patience = 20 * 60_000;

/** How a suite went. */
interface Result {
  passed: number;
  failed: number;
  /** Why a whole suite was skipped, or single tests of it. */
  readonly skipped: string[];
}

/** Makes ready what a suite takes; returns the reason why that cannot be done. */
async function provide({ tools, plugins = [], withoutMachine, charts }: Suite): Promise<string | undefined> {
  const unfit = withoutMachine?.();
  if (unfit !== undefined) return unfit;
  const missing = plugins.find((plugin) => pluginFolder(plugin) === undefined);
  if (missing !== undefined) return withoutPlugin(missing);
  // The stacks of the tests have a Pulumi home of their own.
  for (const plugin of allPlugins) addToPath(pluginFolder(plugin));
  try {
    for (const tool of tools) {
      // Two tools are called helm: the tests find Helm 3 by this variable.
      if (tool === "helm3") process.env["HELM3"] = await ensureTool(tool, progress);
      else await putOnPath(tool);
    }
    for (const ciliumVersion of charts) findSource(settingsOf({ ciliumVersion }));
    return undefined;
  } catch (error) {
    if (error instanceof MissingToolError || error instanceof ChartUnreachable) return error.message;
    throw error;
  }
}

/** Runs test files, so many side by side, and counts into the result of each file's suite. */
async function runFiles(resultOf: ReadonlyMap<string, Result>, concurrency: number, timeout: number): Promise<void> {
  if (resultOf.size === 0) return;
  const events = run({ files: [...resultOf.keys()], concurrency, timeout });
  events.on("test:pass", ({ file, name, skip }) => {
    const result = resultOf.get(file ?? "");
    if (skip !== undefined) result?.skipped.push(`${name}: ${String(skip)}`);
    else if (result !== undefined) result.passed += 1;
  });
  events.on("test:fail", ({ name, details, file, line }) => {
    const result = resultOf.get(file ?? "");
    if (result !== undefined) result.failed += 1;
    say(`${mark("red", "✗")} ${name} ${dim(`${file}:${line}`)}\n${inspect(details.error.cause)}`);
  });
  const output = new Map<string, string>();
  events.on("test:stderr", ({ file, message }) => {
    output.set(file, (output.get(file) ?? "") + message);
    // Of a single file one wants to see how it goes on.
    if (resultOf.size === 1) say(dim(`  ${message.trimEnd()}`));
  });
  events.on("test:summary", ({ file, success, counts, duration_ms }) => {
    if (file === undefined) return;
    const told = `${counts.tests} tests, ${(duration_ms / 1000).toFixed(1)} s`;
    say(`${mark(success ? "green" : "red", success ? "✓" : "✗")} ${relative(root, file)} ${dim(`(${told})`)}`);
    if (!success) say(output.get(file) ?? "");
  });
  await finished(events.resume());
}

function told({ passed, failed, skipped }: Result): string {
  const reasons = skipped.map((reason) => `; skipped: ${reason}`).join("");
  if (passed + failed === 0) return reasons.replace("; ", "");
  return `${failed === 0 ? `passed, ${passed} tests` : `FAILED, ${failed} of ${passed + failed} tests`}${reasons}`;
}

async function main(): Promise<void> {
  const start = performance.now();
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { runs: { type: "string" } } });
  // How many inputs the suite fuzz makes, other ones each time.
  if (values.runs !== undefined) process.env["FUZZ_RUNS"] = values.runs;
  const unknown = positionals.filter((name) => !(name in suites));
  if (unknown.length > 0) fail(`there is no suite ${unknown.join(", ")}; there are ${Object.keys(suites).join(", ")}`);

  const results = new Map<string, Result>();
  const [sideBySide, oneByOne] = [new Map<string, Result>(), new Map<string, Result>()];
  for (const [name, suite] of Object.entries(suites)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const result: Result = { passed: 0, failed: 0, skipped: [] };
    results.set(name, result);
    const missing = await provide(suite);
    if (missing !== undefined) result.skipped.push(missing);
    else
      for (const file of globSync(suite.files, { cwd: root }))
        (suite.oneByOne === true ? oneByOne : sideBySide).set(join(root, file), result);
  }
  // So many generated inputs as somebody asks for take their time.
  const timeout = values.runs === undefined ? patience : Infinity;
  await Promise.all([runFiles(sideBySide, availableParallelism(), timeout), runFiles(oneByOne, 1, timeout)]);

  const sum = (outcome: "passed" | "failed") => [...results.values()].reduce((total, result) => total + result[outcome], 0);
  const lines = [...results].map(([name, result]) => `${name.padEnd(8)} ${told(result)}`);
  process.stdout.write(`\n${lines.join("\n")}\n\n${sum("passed")} passed, ${sum("failed")} failed\n`);
  say(dim(`in ${secondsSince(start)}`));
  process.exitCode = sum("failed") === 0 && sum("passed") > 0 ? 0 : 1;
}

await main().catch(fail);

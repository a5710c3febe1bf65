import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ChartUnreachable } from "../../components/helm/chartSource.ts";
import { noCacheVariable } from "../../components/helm/renderingCache.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { filesInArchive } from "../../components/support/tarArchive.ts";
import { MissingToolError, tools } from "../../tools/tools.mjs";
import { fetchCiliumSource, findSource } from "./ciliumSource.ts";
import { type Consumer, installConsumers, RegistryUnreachable } from "./consumers.ts";
import { fetchGatewayApiCrds } from "./gatewayApiCrds.ts";
import { findAgentObstacle, type Obstacle } from "./lanObstacles.ts";
import { allPlugins, findPluginFolder, missingPluginMessage } from "./plugins.ts";
import { findProgram, linkPrograms } from "./programs.ts";
import { putOnPath, toolFolder } from "./putOnPath.ts";
import { fetchPythonPackages } from "./pythonPackages.ts";
import { commandFolders, type Suite, type SystemCommand, systemCommands } from "./suites.ts";

/** The data that was fetched for the files of a suite, by release. */
export interface SuiteData {
  /** `path` is an archive or a folder, for Helm; `folder` is the same chart unpacked. */
  readonly charts: Readonly<Record<string, { readonly path: string; readonly folder: string }>>;
  /** Files with the CRDs. */
  readonly gatewayApi: Readonly<Record<string, string>>;
  /** Folders with the source. */
  readonly ciliumSources: Readonly<Record<string, string>>;
  /** A folder with the packages of Python programs, for pip. Absent if no program could run. */
  readonly pythonPackages?: string;
  /** Projects with the npm package installed, by name. */
  readonly consumers: Readonly<Record<string, Consumer>>;
}

/** The environment variable that passes the SuiteData to a test process, as JSON. */
export const suiteDataVariable = "CILIUM_TEST_PROVIDED";

/** The reason why a suite cannot run here. */
export class SuiteObstacle extends Error {
  /** Whether installing something would not help: the kernel lacks a feature, or no registry has the missing part. */
  readonly isExcused: boolean;

  constructor({ reason, isMachine }: Obstacle) {
    super(reason);
    this.isExcused = isMachine;
  }
}

/**
 * Fetches everything that a suite declares, and returns the environment for its files: a PATH with exactly the declared programs, which are
 * linked in `folder`, and the fetched data. Throws a SuiteObstacle if this machine lacks something, and other errors if fetching fails.
 */
export async function provide(suite: Suite, folder: string): Promise<Readonly<Record<string, string>>> {
  const programs = join(folder, "bin");
  mkdirSync(programs, { recursive: true });
  findObstacles(suite);
  const commands = systemPrograms([...(suite.commands ?? []), ...(runsPython(suite) ? (["python3"] as const) : [])]);
  try {
    const { linked, helm3 } = await toolPrograms(suite);
    linkPrograms(programs, { ...commands, ...linked, node: process.execPath });
    // The CLI finds plugins on PATH. In a suite that declares no plugins, a test must not find one.
    const plugins = suite.plugins === undefined ? [] : allPlugins.flatMap((plugin) => findPluginFolder(plugin) ?? []);
    return {
      PATH: [programs, ...plugins].join(delimiter),
      [suiteDataVariable]: JSON.stringify(await fetchData(suite, folder)),
      // A test is about what Helm renders, not about what it rendered for another one.
      [noCacheVariable]: "1",
      // Makes a test fail that needs a Go module which its suite does not declare.
      GOPROXY: "off",
      ...helm3,
    };
  } catch (error) {
    const missing = [MissingToolError, ChartUnreachable, RegistryUnreachable].some((kind) => error instanceof kind);
    throw missing && error instanceof Error ? new SuiteObstacle({ reason: error.message, isMachine: false }) : error;
  }
}

/** Fetches the data that a suite declares. What is not cached goes into `folder`. Charts need Helm on PATH. */
export async function fetchData(
  { charts = [], gatewayApi = [], ciliumSources = [], consumers = [], ...suite }: Suite,
  folder: string,
): Promise<SuiteData> {
  const byRelease = <T>(releases: readonly string[], fetch: (release: string) => T) =>
    Object.fromEntries(releases.map((release) => [release, fetch(release)]));
  return {
    charts: byRelease(charts, (release) => fetchChart(release, folder)),
    gatewayApi: byRelease(gatewayApi, (release) => fetchGatewayApiCrds(release, folder)),
    ciliumSources: byRelease(ciliumSources, fetchCiliumSource),
    consumers: await installConsumers(consumers, join(folder, "consumers")),
    ...(runsPython(suite) && { pythonPackages: fetchPythonPackages(folder) }),
  };
}

/** Whether a suite runs Python programs, and this machine has a language host for them. */
function runsPython({ python = false }: Pick<Suite, "python">): boolean {
  return python && findPluginFolder("language-python") !== undefined;
}

function findObstacles({ runsAgent = false, plugins = [] }: Suite): void {
  const obstacle = runsAgent ? findAgentObstacle() : undefined;
  if (obstacle !== undefined) throw new SuiteObstacle(obstacle);
  const missing = plugins.find((plugin) => findPluginFolder(plugin) === undefined);
  if (missing !== undefined) throw new SuiteObstacle({ reason: missingPluginMessage(missing), isMachine: true });
}

/** Finds the files of system commands, by name. */
function systemPrograms(commands: readonly SystemCommand[]): Readonly<Record<string, string>> {
  const programs: Record<string, string> = {};
  const missing: SystemCommand[] = [];
  for (const name of commands) {
    const file = findProgram(name, commandFolders[name]);
    if (file === undefined) missing.push(name);
    else programs[name] = file;
  }
  if (missing.length === 0) return programs;
  const packages = new Set(missing.map((name) => systemCommands[name]));
  const reason = `missing commands: ${missing.join(", ")}; on Debian, install ${[...packages].join(" ")}`;
  throw new SuiteObstacle({ reason, isMachine: false });
}

/** Finds the files of tools, by the names of their commands. Downloads or builds missing tools first. */
async function toolPrograms(suite: Suite) {
  // Both Helm releases are called helm, so the tests find Helm 3 through this variable.
  const [named, byVariable] = [suite.tools.filter((tool) => tool !== "helm3"), suite.tools.filter((tool) => tool === "helm3")];
  const [[helm3]] = await Promise.all([Promise.all(byVariable.map(toolFolder)), putOnPath(...named)]);
  const executables = named.map((tool) => tools[tool].executable);
  return {
    linked: Object.fromEntries(executables.map((executable) => [executable, findProgram(executable) ?? ""])),
    helm3: helm3 === undefined ? {} : { HELM3: helm3 },
  };
}

const charts = new Map<string, string>();

function fetchChart(ciliumVersion: string, folder: string): SuiteData["charts"][string] {
  const path = charts.get(ciliumVersion) ?? findSource(resolveSettings({ ciliumVersion })).path;
  charts.set(ciliumVersion, path);
  return { path, folder: statSync(path).isDirectory() ? path : unpackChart(path, join(folder, "charts", ciliumVersion)) };
}

/** Unpacks a chart archive and returns its top folder, `cilium`. */
function unpackChart(archive: string, folder: string): string {
  for (const { name, data } of filesInArchive(readFileSync(archive))) {
    if (data === undefined) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), data);
  }
  return join(folder, "cilium");
}

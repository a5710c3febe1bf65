import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseTar } from "nanotar";
import { ChartUnreachable } from "../../components/helm/chartSource.ts";
import { settingsOf } from "../../components/inputs/settings.ts";
import { ensureTool, MissingToolError, tools } from "../../tools/tools.mjs";
import { fetchCiliumSource, findSource } from "./ciliumSource.ts";
import { fetchGatewayApiCrds } from "./gatewayApiCrds.ts";
import { findAgentObstacle, type Obstacle } from "./lanObstacles.ts";
import { allPlugins, findPluginFolder, missingPluginMessage } from "./plugins.ts";
import { findProgram, linkPrograms } from "./programs.ts";
import { putOnPath } from "./putOnPath.ts";
import { progress } from "./terminal.ts";
import { commandFolders, systemCommands, type Suite, type SystemCommand } from "./suites.ts";

/** What was fetched for the files of a suite, each by its release. */
export interface SuiteData {
  /** `path` is what Helm takes, an archive or a folder; `folder` is the same chart unpacked. */
  readonly charts: Readonly<Record<string, { readonly path: string; readonly folder: string }>>;
  /** Files with the CRDs. */
  readonly gatewayApi: Readonly<Record<string, string>>;
  /** Folders with the source. */
  readonly ciliumSources: Readonly<Record<string, string>>;
}

/** The environment variable that tells a test process what was fetched, as JSON. */
export const suiteDataVariable = "CILIUM_TEST_PROVIDED";

/** A suite cannot run here. */
export class SuiteObstacle extends Error {
  /** Whether nothing that could be installed here would help: the kernel cannot do it, or no registry has what is missing. */
  readonly isExcused: boolean;

  constructor({ reason, isMachine }: Obstacle) {
    super(reason);
    this.isExcused = isMachine;
  }
}

/**
 * Fetches all that a suite declares, and returns the environment for its files: a PATH with exactly the declared programs, which are linked
 * in the folder, and what was fetched. Throws a SuiteObstacle when this machine lacks something, and other errors when fetching fails.
 */
export async function provide(suite: Suite, folder: string): Promise<Readonly<Record<string, string>>> {
  const programs = join(folder, "bin");
  mkdirSync(programs, { recursive: true });
  findObstacles(suite);
  const commands = systemPrograms(suite.commands ?? []);
  try {
    const { linked, helm3 } = await toolPrograms(suite);
    linkPrograms(programs, { ...commands, ...linked, node: process.execPath });
    // The CLI finds plugins on PATH. Without a suite that declares plugins, no test may find one.
    const plugins = suite.plugins === undefined ? [] : allPlugins.flatMap((plugin) => findPluginFolder(plugin) ?? []);
    return {
      PATH: [programs, ...plugins].join(delimiter),
      [suiteDataVariable]: JSON.stringify(fetchData(suite, folder)),
      // A test that wants another Go module than those that are fetched is told so.
      GOPROXY: "off",
      ...helm3,
    };
  } catch (error) {
    const isMissing = error instanceof MissingToolError || error instanceof ChartUnreachable;
    throw isMissing ? new SuiteObstacle({ reason: error.message, isMachine: false }) : error;
  }
}

/** Fetches the data that a suite declares. The folder takes what has no place in the cache. Helm has to be on PATH for charts. */
export function fetchData({ charts = [], gatewayApi = [], ciliumSources = [] }: Suite, folder: string): SuiteData {
  const byRelease = <T>(releases: readonly string[], fetch: (release: string) => T) =>
    Object.fromEntries(releases.map((release) => [release, fetch(release)]));
  return {
    charts: byRelease(charts, (release) => fetchChart(release, folder)),
    gatewayApi: byRelease(gatewayApi, (release) => fetchGatewayApiCrds(release, folder)),
    ciliumSources: byRelease(ciliumSources, fetchCiliumSource),
  };
}

function findObstacles({ runsAgent = false, plugins = [] }: Suite): void {
  const obstacle = runsAgent ? findAgentObstacle() : undefined;
  if (obstacle !== undefined) throw new SuiteObstacle(obstacle);
  const missing = plugins.find((plugin) => findPluginFolder(plugin) === undefined);
  if (missing !== undefined) throw new SuiteObstacle({ reason: missingPluginMessage(missing), isMachine: true });
}

/** The files of system commands by their names. */
function systemPrograms(commands: readonly SystemCommand[]): Readonly<Record<string, string>> {
  const found = commands.map((name) => [name, findProgram(name, commandFolders[name])] as const);
  const missing = found.flatMap(([name, file]) => (file === undefined ? [name] : []));
  if (missing.length > 0) {
    const packages = new Set(missing.map((name) => systemCommands[name]));
    const reason = `there is no ${missing.join(", ")}; on Debian, install ${[...packages].join(" ")}`;
    throw new SuiteObstacle({ reason, isMachine: false });
  }
  return Object.fromEntries(found) as Record<string, string>;
}

/** The files of tools by the names of their commands, built first if need be. */
async function toolPrograms(suite: Suite) {
  const linked: Record<string, string> = {};
  const helm3: Record<string, string> = {};
  for (const tool of suite.tools) {
    // Two tools are called helm: the tests find Helm 3 by this variable.
    if (tool === "helm3") helm3["HELM3"] = (await ensureTool(tool, progress)) ?? "";
    else {
      await putOnPath(tool);
      const { executable } = tools[tool];
      linked[executable] = findProgram(executable) ?? "";
    }
  }
  return { linked, helm3 };
}

const charts = new Map<string, string>();

function fetchChart(ciliumVersion: string, folder: string): SuiteData["charts"][string] {
  const path = charts.get(ciliumVersion) ?? findSource(settingsOf({ ciliumVersion })).path;
  charts.set(ciliumVersion, path);
  return { path, folder: statSync(path).isDirectory() ? path : unpackChart(path, join(folder, "charts", ciliumVersion)) };
}

/** Unpacks a chart archive, all of which is in the folder `cilium`. */
function unpackChart(archive: string, folder: string): string {
  for (const { name, data } of parseTar(gunzipSync(readFileSync(archive)))) {
    if (data === undefined) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), data);
  }
  return join(folder, "cilium");
}

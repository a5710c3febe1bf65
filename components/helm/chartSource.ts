import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseTar } from "nanotar";
import { parse } from "yaml";
import { readCached, sha256Of, temporaryFolder, writeCached } from "../support/cache.ts";
import { timeLimits } from "../support/childProcess.ts";
import { helm, HelmError, HelmTimeout } from "./cli.ts";
import { InputError, refuse } from "../support/problems.ts";
import type { Settings } from "../inputs/settings.ts";
import { pinnedCharts } from "../versions/supported.ts";

/** The chart as Helm takes it. */
export interface Chart {
  /** Archive or folder. */
  readonly path: string;
  readonly warnings: readonly string[];
}

/** The repository cannot be reached: there is no connection at all. */
export class ChartUnreachable extends InputError {}

/**
 * The Cilium chart of the release asked for: from `chart.path`, or from the repository by way of the cache.
 *
 * An archive is used only if it has the SHA-256 that is given or pinned.
 */
export function findChart(settings: Pick<Settings, "ciliumVersion" | "chart">): Chart {
  const { path, sha256 } = settings.chart;
  const expected = sha256 ?? pinnedCharts[settings.ciliumVersion]?.sha256;
  if (path === undefined) return pulledChart(settings, expected);
  if (!existsSync(path)) refuse("chart.path", `there is no ${path}; name a chart archive (.tgz) or a chart folder`);
  return statSync(path).isDirectory() ? chartFolder(path, settings) : chartArchive(path, settings, expected);
}

/**
 * The schema of the chart's values. It knows every key that stands in values.yaml, and more.
 *
 * Throws an InputError if the chart has none that can be read.
 */
export function readSchema({ path }: Chart): Readonly<Record<string, unknown>> {
  const [inFolder, inArchive] = ["values.schema.json", "cilium/values.schema.json"];
  return readingChart(`the schema of the values in ${path}`, () => {
    const text = statSync(path).isDirectory()
      ? readFileSync(join(path, inFolder), "utf8")
      : parseTar(gunzipSync(readFileSync(path)), { filter: ({ name }) => name === inArchive })[0]?.text;
    return JSON.parse(text ?? "") as Readonly<Record<string, unknown>>;
  });
}

/** The text of all templates of the chart. Throws an InputError if they cannot be read. */
export function readTemplates({ path }: Chart): string {
  return readingChart(`the templates in ${path}`, () => {
    if (!statSync(path).isDirectory()) {
      const isTemplate = ({ name }: { readonly name: string }) => name.startsWith("cilium/templates/");
      return parseTar(gunzipSync(readFileSync(path)), { filter: isTemplate })
        .map(({ text }) => text)
        .join("\n");
    }
    const files = readdirSync(join(path, "templates"), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8")).join("\n");
  });
}

function readingChart<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    return refuse("chart.path", `${what} cannot be read: ${(error as Error).message}; take the whole chart of a release`);
  }
}

function chartFolder(path: string, { ciliumVersion, chart }: Pick<Settings, "ciliumVersion" | "chart">): Chart {
  if (chart.sha256 !== undefined) {
    refuse("chart.sha256", `${path} is a folder and has no digest; leave chart.sha256 out, or name an archive`);
  }
  const metadata = join(path, "Chart.yaml");
  if (!existsSync(metadata)) refuse("chart.path", `${path} holds no Chart.yaml; name the folder of the Cilium chart itself`);
  checkIdentity(
    readingChart(metadata, () => parse(readFileSync(metadata, "utf8")) as unknown),
    path,
    ciliumVersion,
  );
  return { path, warnings: [] };
}

function chartArchive(path: string, { ciliumVersion }: Pick<Settings, "ciliumVersion">, expected?: string): Chart {
  const actual = sha256Of(readingChart(path, () => readFileSync(path)));
  if (expected !== undefined && actual !== expected) {
    refuse("chart.sha256", `${path} has ${actual}, not ${expected}; if you trust this archive, set chart.sha256 to its digest`);
  }
  if (actual !== pinnedCharts[ciliumVersion]?.sha256) checkIdentity(parse(showChart(path)), path, ciliumVersion);
  return { path, warnings: expected === undefined ? [unchecked(ciliumVersion, actual)] : [] };
}

function pulledChart({ ciliumVersion, chart }: Pick<Settings, "ciliumVersion" | "chart">, expected?: string): Chart {
  const fileName = (digest: string) => `cilium-${ciliumVersion}-${digest}.tgz`;
  const cached = expected === undefined ? undefined : readCached("charts", fileName(expected), expected);
  if (cached !== undefined) return { path: cached.path, warnings: [] };
  // Not removed at once: without a cache, this is where the chart stays until the process ends.
  const folder = folderForPull();
  const archive = pull(chart.repository, ciliumVersion, folder);
  const content = readFileSync(archive);
  const actual = sha256Of(content);
  if (expected !== undefined && actual !== expected) {
    refuse(
      "chart.sha256",
      `${chart.repository} delivers cilium ${ciliumVersion} with ${actual}, not ${expected}; it was thrown away: ` +
        "if this repository repackages the chart and you trust it, set chart.sha256 to its digest",
    );
  }
  const kept = writeCached("charts", fileName(actual), content);
  if (kept !== undefined) rmSync(folder, { recursive: true, force: true });
  return { path: kept ?? archive, warnings: expected === undefined ? [unchecked(ciliumVersion, actual)] : [] };
}

function folderForPull(): string {
  try {
    return temporaryFolder();
  } catch (error) {
    return refuse(
      "chart",
      `there is no folder to download it to: ${(error as Error).message}; set TMPDIR or XDG_CACHE_HOME to a folder that can be ` +
        "written, or name a downloaded archive as chart.path",
    );
  }
}

function pull(repository: string, version: string, folder: string): string {
  const chart = repository.startsWith("oci://") ? [repository] : ["cilium", "--repo", repository];
  // Helm keeps the index of the repository in its own cache, and fails where that cannot be written.
  const env = { HELM_CACHE_HOME: join(folder, "helm"), ...process.env };
  const way = "check the address and the network, or name a downloaded archive as chart.path";
  try {
    helm(["pull", ...chart, "--version", version, "--destination", folder], { timeout: timeLimits.helmPull, env });
  } catch (error) {
    if (!(error instanceof HelmError || error instanceof HelmTimeout)) throw error;
    const words = error instanceof HelmTimeout ? error.what : error.message;
    const message = `cilium ${version} could not be downloaded from ${repository}: ${words}; ${way}`;
    const isUnreachable = error instanceof HelmError && error.unreachable;
    throw new (isUnreachable ? ChartUnreachable : InputError)([{ input: "chart.repository", message }], { cause: error });
  }
  const [archive] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  if (archive === undefined) return refuse("chart.repository", `${repository} delivers no chart archive`);
  return join(folder, archive);
}

function showChart(path: string): string {
  try {
    return helm(["show", "chart", path]);
  } catch (error) {
    if (!(error instanceof HelmError)) throw error;
    return refuse("chart.path", `${path} is not a chart archive: ${error.message}`);
  }
}

/** Throws an InputError if the content of a Chart.yaml is not that of the Cilium release asked for. */
function checkIdentity(metadata: unknown, path: string, ciliumVersion: string): void {
  const { name, version } = (metadata ?? {}) as { name?: unknown; version?: unknown };
  if (name !== "cilium") refuse("chart.path", `${path} holds the chart ${String(name)}, not cilium`);
  if (version !== ciliumVersion) {
    refuse(
      "chart.path",
      `${path} holds Cilium ${String(version)}; set ciliumVersion to it, or name the chart of ${ciliumVersion}`,
    );
  }
}

function unchecked(version: string, digest: string): string {
  return `chart: cilium ${version} is not among the pinned releases and was not checked; to pin it, set chart.sha256 to ${digest}`;
}

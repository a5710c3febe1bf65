import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseTar } from "nanotar";
import { parse } from "yaml";
import { cacheFolder } from "./cacheFolder.mjs";
import { helm, HelmError } from "./helm.ts";
import { InputError, refuse } from "./problems.ts";
import type { Settings } from "./settings.ts";
import { pinnedCharts } from "./versions.ts";

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
 * The chart as an archive for the Kubernetes provider: it is named in the state, so its path is one below the program's folder that is the
 * same on every machine.
 */
export function stageChart({ path }: Chart, { ciliumVersion }: Pick<Settings, "ciliumVersion">, component: string): string {
  const folder = `node_modules/.cache/talos-cilium-cni/${encodeURIComponent(component)}`;
  const archive = `cilium-${ciliumVersion}.tgz`;
  mkdirSync(folder, { recursive: true });
  const unfinished = mkdtempSync(join(folder, "unfinished-"));
  try {
    if (statSync(path).isDirectory()) helm(["package", path, "--destination", unfinished]);
    else copyFileSync(path, join(unfinished, archive));
    renameSync(join(unfinished, archive), join(folder, archive));
  } finally {
    rmSync(unfinished, { recursive: true });
  }
  return `${folder}/${archive}`;
}

/**
 * The schema of the chart's values. It knows every key that stands in values.yaml, and more.
 *
 * Throws an InputError if the chart has none that can be read.
 */
export function readSchema({ path }: Chart): Readonly<Record<string, unknown>> {
  const [inFolder, inArchive] = ["values.schema.json", "cilium/values.schema.json"];
  try {
    const text = statSync(path).isDirectory()
      ? readFileSync(join(path, inFolder), "utf8")
      : parseTar(gunzipSync(readFileSync(path)), { filter: ({ name }) => name === inArchive })[0]?.text;
    return JSON.parse(text ?? "") as Readonly<Record<string, unknown>>;
  } catch (error) {
    return refuse(
      "chart.path",
      `the schema of the values in ${path} cannot be read: ${(error as Error).message}; take the whole chart of a release`,
    );
  }
}

/** The text of all templates of the chart. */
export function readTemplates({ path }: Chart): string {
  if (!statSync(path).isDirectory()) {
    const isTemplate = ({ name }: { readonly name: string }) => name.startsWith("cilium/templates/");
    return parseTar(gunzipSync(readFileSync(path)), { filter: isTemplate })
      .map(({ text }) => text)
      .join("\n");
  }
  const files = readdirSync(join(path, "templates"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8")).join("\n");
}

function chartFolder(path: string, { ciliumVersion, chart }: Pick<Settings, "ciliumVersion" | "chart">): Chart {
  if (chart.sha256 !== undefined) {
    refuse("chart.sha256", `${path} is a folder and has no digest; leave chart.sha256 out, or name an archive`);
  }
  const metadata = join(path, "Chart.yaml");
  if (!existsSync(metadata)) refuse("chart.path", `${path} holds no Chart.yaml; name the folder of the Cilium chart itself`);
  checkIdentity(readFileSync(metadata, "utf8"), path, ciliumVersion);
  return { path, warnings: [] };
}

function chartArchive(path: string, { ciliumVersion }: Pick<Settings, "ciliumVersion">, expected?: string): Chart {
  const actual = sha256Of(path);
  if (expected !== undefined && actual !== expected) {
    refuse("chart.sha256", `${path} has ${actual}, not ${expected}; if you trust this archive, set chart.sha256 to its digest`);
  }
  if (actual !== pinnedCharts[ciliumVersion]?.sha256) checkIdentity(showChart(path), path, ciliumVersion);
  return { path, warnings: expected === undefined ? [unchecked(ciliumVersion, actual)] : [] };
}

function pulledChart({ ciliumVersion, chart }: Pick<Settings, "ciliumVersion" | "chart">, expected?: string): Chart {
  const folder = join(cacheFolder(), "charts");
  const cached = (digest: string) => join(folder, `cilium-${ciliumVersion}-${digest}.tgz`);
  if (expected !== undefined && existsSync(cached(expected)) && sha256Of(cached(expected)) === expected) {
    return { path: cached(expected), warnings: [] };
  }
  mkdirSync(folder, { recursive: true });
  const download = mkdtempSync(join(folder, "download-"));
  try {
    const archive = pull(chart.repository, ciliumVersion, download);
    const actual = sha256Of(archive);
    if (expected !== undefined && actual !== expected) {
      refuse(
        "chart.sha256",
        `${chart.repository} delivers cilium ${ciliumVersion} with ${actual}, not ${expected}; it was thrown away: ` +
          "if this repository repackages the chart and you trust it, set chart.sha256 to its digest",
      );
    }
    renameSync(archive, cached(actual));
    return { path: cached(actual), warnings: expected === undefined ? [unchecked(ciliumVersion, actual)] : [] };
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
}

function pull(repository: string, version: string, folder: string): string {
  const chart = repository.startsWith("oci://") ? [repository] : ["cilium", "--repo", repository];
  try {
    helm(["pull", ...chart, "--version", version, "--destination", folder]);
  } catch (error) {
    if (!(error instanceof HelmError)) throw error;
    const problem = {
      input: "chart.repository",
      message:
        `cilium ${version} cannot be had from ${repository}: ${error.message}; ` +
        "check the address and the network, or name a downloaded archive as chart.path",
    };
    throw new (error.unreachable ? ChartUnreachable : InputError)([problem], { cause: error });
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
    return refuse("chart.path", `${path} is no chart archive: ${error.message}`);
  }
}

function checkIdentity(metadata: string, path: string, ciliumVersion: string): void {
  const { name, version } = (parse(metadata) ?? {}) as { name?: unknown; version?: unknown };
  if (name !== "cilium") refuse("chart.path", `${path} holds the chart ${String(name)}, not cilium`);
  if (version !== ciliumVersion) {
    refuse(
      "chart.path",
      `${path} holds Cilium ${String(version)}; set ciliumVersion to it, or name the chart of ${ciliumVersion}`,
    );
  }
}

function sha256Of(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

function unchecked(version: string, digest: string): string {
  return `chart: cilium ${version} is not among the pinned releases and was not checked; to pin it, set chart.sha256 to ${digest}`;
}

import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../inputs/settings.ts";
import { isCached, readCached, sha256Of, temporaryFolder, writeCached } from "../support/cache.ts";
import { timeLimits } from "../support/childProcess.ts";
import { InputError, type Problem, problem, refuse } from "../support/problems.ts";
import { pinnedCharts } from "../versions/pins.ts";
import { ciliumMinor } from "../versions/supported.ts";
import { type Chart, readChart, readMetadata } from "./chartContents.ts";
import { helm, HelmError, HelmTimeout } from "./cli.ts";

/** A chart, with what deserves a warning about where it came from. */
export interface FoundChart {
  readonly chart: Chart;
  readonly warnings: readonly Problem[];
}

/** The chart repository could not be reached: no connection was made. */
export class ChartUnreachable extends InputError {}

type ChartSettings = Pick<Settings, "ciliumVersion" | "chart">;

/**
 * Finds the Cilium chart of the requested release: at `chart.path`, otherwise in the cache, otherwise in the repository.
 *
 * An archive is used only if it has the SHA-256 that the user gives or that is pinned. Throws an InputError.
 */
export function findChart(settings: ChartSettings): FoundChart {
  const { path, sha256 } = settings.chart;
  const expected = sha256 ?? pinnedCharts[settings.ciliumVersion]?.sha256;
  if (path === undefined) return pullChart(settings, expected);
  if (!existsSync(path)) refuse("chart.path", `${path} does not exist; name a chart archive (.tgz) or a chart folder`);
  return statSync(path).isDirectory() ? openFolder(path, settings) : openArchive(path, settings, expected);
}

function openFolder(path: string, { ciliumVersion, chart }: ChartSettings): FoundChart {
  if (chart.sha256 !== undefined) {
    refuse("chart.sha256", `${path} is a folder and has no SHA-256; leave chart.sha256 out, or name an archive`);
  }
  const hasMetadata = existsSync(join(path, "Chart.yaml"));
  if (!hasMetadata) refuse("chart.path", `${path} contains no Chart.yaml; name the folder of the Cilium chart itself`);
  checkIdentity({ path }, ciliumVersion);
  return { chart: { path }, warnings: [] };
}

function openArchive(path: string, { ciliumVersion }: ChartSettings, expected: string | undefined): FoundChart {
  const actual = sha256Of(readChart(path, () => readFileSync(path)));
  if (expected !== undefined && actual !== expected) {
    refuse(
      "chart.sha256",
      `${path} has the SHA-256 ${actual}, not ${expected}; if you trust this archive, set chart.sha256 to "${actual}"`,
    );
  }
  // The same bytes stay the same release, so the archive is unpacked only once.
  const identity = sha256Of(`${ciliumVersion} ${actual}`);
  if (actual !== pinnedCharts[ciliumVersion]?.sha256 && !isCached("releases", identity)) {
    checkIdentity({ path }, ciliumVersion);
    writeCached("releases", identity, "");
  }
  return { chart: archiveAt(path, expected), warnings: uncheckedWarnings(ciliumVersion, actual, expected) };
}

function pullChart({ ciliumVersion, chart }: ChartSettings, expected: string | undefined): FoundChart {
  const fileName = (digest: string) => `cilium-${ciliumVersion}-${digest}.tgz`;
  const cached = expected === undefined ? undefined : readCached("charts", fileName(expected), expected);
  if (cached !== undefined) return { chart: archiveAt(cached.path, expected), warnings: [] };
  // If there is no cache, the chart stays in this folder until the process ends.
  const folder = createPullFolder();
  const archive = pull(chart.repository, ciliumVersion, folder);
  const content = readFileSync(archive);
  const actual = sha256Of(content);
  if (expected !== undefined && actual !== expected) {
    refuse(
      "chart.sha256",
      `${chart.repository} delivers cilium ${ciliumVersion} with the SHA-256 ${actual}, not ${expected}; the download was discarded: ` +
        `if this repository repackages the chart and you trust it, set chart.sha256 to "${actual}"`,
    );
  }
  const cachedPath = writeCached("charts", fileName(actual), content);
  if (cachedPath !== undefined) rmSync(folder, { recursive: true, force: true });
  return { chart: archiveAt(cachedPath ?? archive, expected), warnings: uncheckedWarnings(ciliumVersion, actual, expected) };
}

/** An archive that has the expected SHA-256, if one is expected. */
function archiveAt(path: string, expected: string | undefined): Chart {
  return { path, ...(expected !== undefined && { sha256: expected }) };
}

function createPullFolder(): string {
  try {
    return temporaryFolder();
  } catch (error) {
    return refuse(
      "chart",
      `there is no folder for the download: ${(error as Error).message}; set TMPDIR or XDG_CACHE_HOME to a writable folder, ` +
        "or name a downloaded archive as chart.path",
    );
  }
}

/** Downloads the chart with Helm and returns the path of the archive. */
function pull(repository: string, version: string, folder: string): string {
  const chart = repository.startsWith("oci://") ? [repository] : ["cilium", "--repo", repository];
  // Helm caches the index of the repository, and fails if its cache is not writable.
  const env = { HELM_CACHE_HOME: join(folder, "helm"), ...process.env };
  try {
    helm(["pull", ...chart, "--version", version, "--destination", folder], { timeout: timeLimits.helmPull, env });
  } catch (error) {
    if (!(error instanceof HelmError || error instanceof HelmTimeout)) throw error;
    const reason = error instanceof HelmTimeout ? error.summary : error.message;
    const message =
      `cilium ${version} could not be downloaded from ${repository}: ${reason}; check the address and the network, or name a ` +
      "downloaded archive as chart.path";
    const isUnreachable = error instanceof HelmError && error.isUnreachable;
    throw new (isUnreachable ? ChartUnreachable : InputError)([problem("chart.repository", message)], { cause: error });
  }
  const [archive] = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  if (archive === undefined) return refuse("chart.repository", `${repository} delivers no chart archive`);
  return join(folder, archive);
}

/** Throws an InputError unless a chart is that of the requested Cilium release. */
function checkIdentity({ path }: Chart, ciliumVersion: string): void {
  const { name, version } = (readMetadata({ path }) ?? {}) as { name?: unknown; version?: unknown };
  if (name !== "cilium") refuse("chart.path", `${path} contains the chart ${String(name)}, not cilium`);
  if (version !== ciliumVersion) {
    const useIt = ciliumMinor(String(version)) === undefined ? "" : `set ciliumVersion to "${String(version)}", or `;
    refuse("chart.path", `${path} contains Cilium ${String(version)}; ${useIt}name the chart of ${ciliumVersion}`);
  }
}

function uncheckedWarnings(version: string, actual: string, expected: string | undefined): readonly Problem[] {
  if (expected !== undefined) return [];
  return [
    problem("chart", `cilium ${version} is not a pinned release and was not checked; to pin it, set chart.sha256 to "${actual}"`),
  ];
}

import { join } from "node:path";
import { ChartUnreachable, findChart } from "../../components/helm/chartSource.ts";
import type { ChartSource } from "../../components/inputs/chartArgs.ts";
import { inputDefaults, type Settings } from "../../components/inputs/settings.ts";
import { pinnedCharts } from "../../components/versions/pins.ts";
import { downloadGoModule, type GoModule } from "./goModule.ts";

/** A chart source that is available on this machine. */
export interface AvailableSource {
  readonly chart: ChartSource;
  /** The archive or the folder. */
  readonly path: string;
  /** For the output of a command, such as `cilium 1.18.4 from https://helm.cilium.io`. */
  readonly description: string;
  /** Set if it is not the source that the settings name. */
  readonly warning?: string;
}

/**
 * Fetches the chart of the settings into the cache. If the settings name the released chart and its repository is unreachable, takes the chart
 * folder of the same release from Cilium's own Go module instead, which renders the same bytes.
 */
export function findSource(settings: Pick<Settings, "ciliumVersion" | "chart">): AvailableSource {
  const { ciliumVersion, chart } = settings;
  const pinned = pinnedCharts[ciliumVersion];
  try {
    const { path } = findChart(settings).chart;
    const origin = chart.path === undefined ? `from ${chart.repository}` : `in ${path}`;
    return { chart, path, description: `cilium ${ciliumVersion} ${origin}` };
  } catch (error) {
    const isReleased = chart.repository === inputDefaults.chart.repository && (chart.sha256 ?? pinned?.sha256) === pinned?.sha256;
    if (!(error instanceof ChartUnreachable) || !isReleased || pinned?.source === undefined) throw error;
    const module = `the Go module github.com/cilium/cilium v${ciliumVersion}`;
    const path = chartInModule(ciliumVersion, error);
    return {
      chart: { path },
      path,
      description: `cilium ${ciliumVersion} from ${module}`,
      warning: `chart: there is no connection to ${chart.repository}; used the same release from ${module}`,
    };
  }
}

function chartInModule(version: string, unreachable: ChartUnreachable): string {
  try {
    return chartFolderIn(fetchCiliumSource(version));
  } catch (error) {
    if (error instanceof WrongHash) throw error;
    // Report both failures: of the repository and of the Go module.
    const moduleProblem = `Its Go module cannot be used either: ${(error as Error).message}`;
    const problems = unreachable.problems.map((problem) => ({ ...problem, message: `${problem.message}. ${moduleProblem}` }));
    throw new ChartUnreachable(problems, { cause: error });
  }
}

/** The hash of a module from the module proxy differs from the pinned one. */
class WrongHash extends Error {}

/** Downloads the source of a pinned Cilium release as a Go module, verifies its hash, and returns the folder. */
export function fetchCiliumSource(version: string): string {
  const pinned = pinnedCharts[version]?.source?.goModule;
  if (pinned === undefined) throw new Error(`Cilium ${version} has no hash of its source in components/versions/pins.ts`);
  const { folder, sum } = downloadCiliumSource(version);
  if (sum !== pinned)
    throw new WrongHash(`github.com/cilium/cilium v${version} has the hash ${sum}, but ${pinned} is pinned; it is not used`);
  return folder;
}

/** Downloads the source of any Cilium release as a Go module. Go compares its hash with the checksum database, unless its settings say not to. */
export function downloadCiliumSource(version: string): GoModule {
  return downloadGoModule("github.com/cilium/cilium", `v${version}`);
}

/** The chart folder in Cilium's source. */
export function chartFolderIn(source: string): string {
  return join(source, "install", "kubernetes", "cilium");
}

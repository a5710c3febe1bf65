import { join } from "node:path";
import type { ChartSource } from "../../components/inputs/args.ts";
import { ChartUnreachable, findChart } from "../../components/helm/chartSource.ts";
import { defaults, type Settings } from "../../components/inputs/settings.ts";
import { pinnedCharts } from "../../components/versions/supported.ts";
import { downloadGoModule } from "./goModule.ts";

/** A chart source that is there, and what to tell about it. */
export interface AvailableSource {
  readonly chart: ChartSource;
  /** The archive or the folder. */
  readonly path: string;
  readonly description: string;
  /** Set when it is not the source asked for. */
  readonly warning?: string;
}

/**
 * The chart source of the settings, fetched into the cache. When it is the released chart that is asked for, and there is no connection
 * to its repository at all: the chart folder of Cilium's own Go module of the same release, which renders the same bytes.
 */
export function findSource(settings: Pick<Settings, "ciliumVersion" | "chart">): AvailableSource {
  const { ciliumVersion, chart } = settings;
  const pinned = pinnedCharts[ciliumVersion];
  try {
    const { path } = findChart(settings);
    return {
      chart,
      path,
      description: `cilium ${ciliumVersion} ${chart.path === undefined ? `from ${chart.repository}` : `in ${path}`}`,
    };
  } catch (error) {
    const isReleased = chart.repository === defaults.chart.repository && (chart.sha256 ?? pinned?.sha256) === pinned?.sha256;
    if (!(error instanceof ChartUnreachable) || !isReleased || pinned?.source === undefined) throw error;
    const module = `the Go module github.com/cilium/cilium v${ciliumVersion}`;
    const path = chartInModule(ciliumVersion, error);
    return {
      chart: { path },
      path,
      description: `cilium ${ciliumVersion} from ${module}`,
      warning: `chart: there is no connection to ${chart.repository}; took the same release from ${module}`,
    };
  }
}

function chartInModule(version: string, unreachable: ChartUnreachable): string {
  try {
    return join(fetchCiliumSource(version), "install", "kubernetes", "cilium");
  } catch (error) {
    if (error instanceof WrongHash) throw error;
    // Say what is wrong with each of the two ways.
    const why = `Its Go module cannot be used either: ${(error as Error).message}`;
    const problems = unreachable.problems.map(({ input, message }) => ({ input, message: `${message}. ${why}` }));
    throw new ChartUnreachable(problems, { cause: error });
  }
}

/** The module proxy delivered something else than what is pinned. */
class WrongHash extends Error {}

/** The folder with the source of a pinned Cilium release: its Go module, of which the hash is checked. */
export function fetchCiliumSource(version: string): string {
  const pinned = pinnedCharts[version]?.source?.goModule;
  if (pinned === undefined) throw new Error(`Cilium ${version} has no hash of its source in components/versions/supported.ts`);
  const { folder, sum } = downloadGoModule("github.com/cilium/cilium", `v${version}`);
  if (sum !== pinned)
    throw new WrongHash(`github.com/cilium/cilium v${version} has the hash ${sum}, not ${pinned}; it is not used`);
  return folder;
}

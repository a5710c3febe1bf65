import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { ChartSource } from "../components/args.ts";
import { ChartUnreachable, findChart } from "../components/chart.ts";
import { defaults, type Settings } from "../components/settings.ts";
import { pinnedCharts } from "../components/versions.ts";

/** A chart source that is there, and what to tell about it. */
export interface FoundSource {
  readonly chart: ChartSource;
  readonly told: string;
  /** Set when it is not the source asked for. */
  readonly warning?: string;
}

/**
 * The chart source of the settings, fetched into the cache. When it is the released chart that is asked for, and there is no connection
 * to its repository at all: the chart folder of Cilium's own Go module of the same release, which renders the same bytes.
 */
export function findSource(settings: Pick<Settings, "ciliumVersion" | "chart">): FoundSource {
  const { ciliumVersion, chart } = settings;
  const pinned = pinnedCharts[ciliumVersion]?.sha256;
  try {
    const { path } = findChart(settings);
    return { chart, told: `cilium ${ciliumVersion} ${chart.path === undefined ? `from ${chart.repository}` : `in ${path}`}` };
  } catch (error) {
    const isReleased = chart.repository === defaults.chart.repository && (chart.sha256 ?? pinned) === pinned;
    const folder = error instanceof ChartUnreachable && isReleased ? moduleFolder(ciliumVersion) : undefined;
    if (folder === undefined) throw error;
    const module = `the Go module github.com/cilium/cilium v${ciliumVersion}`;
    return {
      chart: { path: folder },
      told: `cilium ${ciliumVersion} from ${module}`,
      warning: `chart: there is no connection to ${chart.repository}; took the same release from ${module}`,
    };
  }
}

function moduleFolder(version: string): string | undefined {
  const pinned = pinnedCharts[version]?.source?.goModule;
  if (pinned === undefined) return undefined;
  const { stdout, status } = spawnSync("go", ["mod", "download", "-json", `github.com/cilium/cilium@v${version}`], {
    encoding: "utf8",
    env: { ...process.env, GOWORK: "off", GOFLAGS: "-mod=mod" },
  });
  if (status !== 0) return undefined;
  const { Dir, Sum } = JSON.parse(stdout) as { Dir: string; Sum: string };
  if (Sum !== pinned) throw new Error(`github.com/cilium/cilium v${version} has the hash ${Sum}, not ${pinned}; it is not used`);
  return join(Dir, "install", "kubernetes", "cilium");
}

import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { ChartSource } from "../../components/inputs/chartArgs.ts";
import type { Settings } from "../../components/inputs/settings.ts";
import { sha256Of } from "../../components/support/cache.ts";
import { run } from "../../tools/childProcess.mjs";
import { findSource } from "./ciliumSource.ts";

/** The chart of the settings as an archive with its SHA-256. If there is only its folder, packs it into a temporary archive. */
export function findArchive(settings: Pick<Settings, "ciliumVersion" | "chart">): { chart: ChartSource; remove: () => void } {
  const { path } = findSource(settings);
  if (statSync(path).isFile()) return { chart: { path, sha256: sha256Of(readFileSync(path)) }, remove: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), "chart-"));
  const archive = join(folder, "cilium.tgz");
  run("tar", ["-czf", archive, "-C", dirname(path), basename(path)]);
  const remove = () => {
    rmSync(folder, { recursive: true });
  };
  return { chart: { path: archive, sha256: sha256Of(readFileSync(archive)) }, remove };
}

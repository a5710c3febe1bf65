import { existsSync, globSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** Pulumi plugins that the program needs besides the CLI: how it talks to a cluster, and how the CLI runs the program by itself. */
export type Plugin = "resource-kubernetes" | "language-nodejs";

/** The folder that holds a plugin: one on PATH, else the newest that Pulumi has installed for itself. */
export function pluginFolder(plugin: Plugin): string | undefined {
  const executable = `pulumi-${plugin}`;
  const onPath = (process.env["PATH"] ?? "").split(delimiter).find((folder) => existsSync(join(folder, executable)));
  if (onPath !== undefined) return onPath;
  const home = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const installed = globSync(join(home, "plugins", `${plugin}-v*`, executable));
  return installed
    .map((file) => dirname(file))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .at(-1);
}

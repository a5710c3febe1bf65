import { existsSync, globSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** The Pulumi plugins that programs need besides the CLI: for clusters, for machines, and for the CLI to run a program in a language. */
export const allPlugins = [
  "resource-kubernetes",
  "resource-talos",
  "language-nodejs",
  "language-yaml",
  "language-python",
] as const;
export type Plugin = (typeof allPlugins)[number];

/** The error message for a missing plugin. */
export function missingPluginMessage(plugin: Plugin): string {
  return `there is no Pulumi plugin ${plugin}, neither on PATH nor in the Pulumi home`;
}

/** Finds the folder of a plugin: on PATH, else the newest one in the Pulumi home. */
export function findPluginFolder(plugin: Plugin): string | undefined {
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

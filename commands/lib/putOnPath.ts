import { delimiter } from "node:path";
import { ensureTool, type tools } from "../../tools/tools.mjs";
import { progress } from "./terminal.ts";

/** Makes tools ready to be started by their names; those that are not there are built, once. */
export async function putOnPath(...names: readonly (keyof typeof tools)[]): Promise<void> {
  for (const name of names) addToPath(await ensureTool(name, progress));
}

/** Programs in a folder are found before others of their name. */
export function addToPath(folder: string | undefined): void {
  if (folder !== undefined) process.env["PATH"] = [folder, process.env["PATH"]].join(delimiter);
}

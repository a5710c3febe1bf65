import { delimiter } from "node:path";
import { ensureTool, type tools } from "../../tools/tools.mjs";
import { progress } from "./terminal.ts";

/** Puts tools on PATH; missing ones are built once. */
export async function putOnPath(...names: readonly (keyof typeof tools)[]): Promise<void> {
  for (const name of names) addToPath(await ensureTool(name, progress));
}

/** Puts a folder at the front of PATH. */
export function addToPath(folder: string | undefined): void {
  if (folder !== undefined) process.env["PATH"] = [folder, process.env["PATH"]].join(delimiter);
}

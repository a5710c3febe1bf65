import { delimiter } from "node:path";
import { ensureTool, type tools } from "../../tools/tools.mjs";
import { progress, transferred } from "./terminal.ts";

/** Puts tools on PATH. Missing ones are downloaded or built once, at the same time. */
export async function putOnPath(...names: readonly (keyof typeof tools)[]): Promise<void> {
  for (const folder of await Promise.all(names.map(toolFolder))) addToPath(folder);
}

const folders = new Map<keyof typeof tools, Promise<string | undefined>>();

/** The folder with the executable of a tool, or undefined if the one on PATH is new enough. */
export function toolFolder(name: keyof typeof tools): Promise<string | undefined> {
  const folder = folders.get(name) ?? ensureTool(name, { report: progress, onBytes: transferred });
  folders.set(name, folder);
  return folder;
}

/** Puts a folder at the front of PATH. */
export function addToPath(folder: string | undefined): void {
  if (folder !== undefined) process.env["PATH"] = [folder, process.env["PATH"]].join(delimiter);
}

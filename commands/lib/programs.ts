import { accessSync, constants, statSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Finds the file of a program: the first on PATH, or only in `folder` if that is set. Undefined if there is none. */
export function findProgram(name: string, folder?: string): string | undefined {
  const folders = folder === undefined ? (process.env["PATH"] ?? "").split(delimiter) : [folder];
  return folders.map((each) => join(each, name)).find(isProgram);
}

/** Creates links to programs in a folder, so that a PATH with only this folder has these programs and no others. */
export function linkPrograms(folder: string, programs: Readonly<Record<string, string>>): void {
  for (const [name, file] of Object.entries(programs)) symlinkSync(file, join(folder, name));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

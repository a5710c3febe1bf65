import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { OutputValue } from "@pulumi/pulumi/automation/index.js";

/** Throws if a file cannot be written, found out by trying; leaves nothing behind. */
export function checkWritable(file: string): void {
  const made: string[] = [];
  try {
    if (existsSync(file) && !statSync(file).isFile()) throw new Error("it is no file");
    makeFolder(dirname(file), made);
    writeFileSync(unfinished(file), "");
    rmSync(unfinished(file));
  } catch (error) {
    throw new Error(`${file} cannot be written: ${(error as Error).message}; set OUTPUT_FILE to another path`, { cause: error });
  } finally {
    for (const folder of made.reverse()) rmdirSync(folder);
  }
}

/** Writes a stack output, whole or not at all; one that is secret so that only its owner can read it. */
export function writeIfChanged(file: string, { value, secret }: OutputValue): { readonly file: string; readonly change: string } {
  const text = value as string;
  const mode = secret ? 0o600 : 0o644;
  const change = !existsSync(file) ? "new" : readFileSync(file, "utf8") === text ? "unchanged" : "changed";
  if (change === "unchanged") {
    if (secret) chmodSync(file, mode);
    return { file, change };
  }
  makeFolder(dirname(file));
  try {
    writeFileSync(unfinished(file), text, { mode });
    renameSync(unfinished(file), file);
  } finally {
    rmSync(unfinished(file), { force: true });
  }
  return { file, change };
}

function unfinished(file: string): string {
  return `${file}.${process.pid}`;
}

// One at a time: Node's recursive mkdir does not come back where a folder can be seen but not made, as in /proc.
function makeFolder(folder: string, made: string[] = []): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder), made);
  mkdirSync(folder);
  made.push(folder);
}

import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { OutputValue } from "@pulumi/pulumi/automation/index.js";

/** A file that was or would be written, and how its content changes. */
export interface FileChange {
  readonly file: string;
  readonly change: string;
}

/** Throws if a file cannot be written. Tries it out, and removes what that creates. */
export function checkWritable(file: string): void {
  const createdFolders: string[] = [];
  try {
    if (existsSync(file) && !statSync(file).isFile()) throw new Error("it is not a file");
    makeFolder(dirname(file), createdFolders);
    writeFileSync(unfinished(file), "");
    rmSync(unfinished(file));
  } catch (error) {
    throw new Error(`${file} cannot be written: ${(error as Error).message}; set OUTPUT_FILE to another path`, { cause: error });
  } finally {
    for (const folder of createdFolders.reverse()) rmdirSync(folder);
  }
}

/** Writes a stack output to a file, atomically. Only the owner can read the file of a secret output. */
export function writeIfChanged(file: string, { value, secret }: OutputValue): FileChange {
  const text = value as string;
  const mode = secret ? 0o600 : 0o644;
  const isNew = !existsSync(file);
  if (!isNew && readFileSync(file, "utf8") === text) {
    if (secret) chmodSync(file, mode);
    return { file, change: "unchanged" };
  }
  makeFolder(dirname(file));
  try {
    writeFileSync(unfinished(file), text, { mode });
    renameSync(unfinished(file), file);
  } finally {
    rmSync(unfinished(file), { force: true });
  }
  return { file, change: isNew ? "new" : "changed" };
}

/**
 * Writes a file that not every config needs. If there is no output for it, a file of an earlier run stays, and the change says why it is not
 * needed any more.
 */
export function writeIfNeeded(file: string, output: OutputValue | undefined, reason: string): readonly FileChange[] {
  if (output !== undefined) return [writeIfChanged(file, output)];
  if (!existsSync(file)) return [];
  return [{ file, change: `left from an earlier run; ${reason}` }];
}

/** Why a file with pools and policies is not needed. */
export const noLoadBalancer = "no pool or policy is configured any more";

function unfinished(file: string): string {
  return `${file}.${process.pid}`;
}

// Creates one folder at a time: Node's recursive mkdir never returns where a folder is visible but cannot be created, as in /proc.
function makeFolder(folder: string, created: string[] = []): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder), created);
  mkdirSync(folder);
  created.push(folder);
}

import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cacheFolder, cacheIn } from "./cacheFolder.mjs";

/** A cached file with its content. */
export interface CachedFile {
  readonly path: string;
  readonly content: Buffer;
}

/** Reads a file from the cache. Returns undefined if it is missing, unreadable, or has another SHA-256. */
export function readCached(folder: string, name: string, sha256: string): CachedFile | undefined {
  const base = cacheFolder();
  if (base === undefined) return undefined;
  const path = join(base, folder, name);
  try {
    const content = readFileSync(path);
    return sha256Of(content) === sha256 ? { path, content } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the cache has a file of this name, whatever is in it. */
export function isCached(folder: string, name: string): boolean {
  const base = cacheFolder();
  return base !== undefined && existsSync(join(base, folder, name));
}

/** Writes a file into the cache and returns its path. Returns undefined if that fails: a missing cache must never fail a run. */
export function writeCached(folder: string, name: string, content: string | Buffer): string | undefined {
  const base = cacheIn(folder);
  if (base === undefined) return undefined;
  try {
    return writeWhole(join(base, name), content);
  } catch {
    return undefined;
  }
}

/** Writes a file whose content nobody knows in advance into the cache, after its own SHA-256. A missing cache is no error. */
export function writeSealed(folder: string, name: string, content: string): void {
  writeCached(folder, name, `${sha256Of(content)}\n${content}`);
}

/** Reads the content of a file that `writeSealed` has written. Returns undefined if it is missing, unreadable or damaged. */
export function readSealed(folder: string, name: string): string | undefined {
  const base = cacheFolder();
  if (base === undefined) return undefined;
  try {
    const [digest = "", content = ""] = readFileSync(join(base, folder, name), "utf8").split(/\n(.*)/s, 2);
    return sha256Of(content) === digest ? content : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the oldest files of a folder in the cache beyond this number. */
export function keepNewest(folder: string, count: number): void {
  const base = cacheFolder();
  if (base === undefined) return;
  try {
    const files = readdirSync(join(base, folder)).map((name) => join(base, folder, name));
    const byAge = files.map((file) => ({ file, time: statSync(file).mtimeMs })).toSorted((one, other) => other.time - one.time);
    for (const { file } of byAge.slice(count)) rmSync(file, { recursive: true, force: true });
  } catch {
    // Another process may have removed a file in the meantime, or the cache is read-only.
  }
}

/** Writes a file atomically: under a temporary name first, so that other processes never see half of it. Returns its path. */
export function writeWhole(path: string, content: string | Buffer): string {
  const unfinished = mkdtempSync(`${path}-`);
  try {
    writeFileSync(join(unfinished, "content"), content);
    renameSync(join(unfinished, "content"), path);
    return path;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

const temporaryFolders = new Set<string>();

/**
 * Creates a folder that is removed when this process ends: in the system's temporary folder, or in the cache folder if that cannot be
 * written. Throws if neither can be written.
 */
export function temporaryFolder(): string {
  const problems: string[] = [];
  for (const parentFolder of [() => resolve(tmpdir()), () => cacheIn("temporary")]) {
    try {
      const parent = parentFolder();
      if (parent === undefined) continue;
      const folder = mkdtempSync(join(parent, "talos-cilium-cni-"));
      if (temporaryFolders.size === 0) process.once("exit", removeTemporaryFolders);
      temporaryFolders.add(folder);
      return folder;
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  throw new Error(problems.join("; "));
}

function removeTemporaryFolders(): void {
  for (const folder of temporaryFolders) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // The process is ending, so there is nobody left to report this to.
    }
  }
}

/** SHA-256 in hexadecimal. */
export function sha256Of(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}

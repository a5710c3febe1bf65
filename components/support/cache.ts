import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cacheFolder, cacheIn } from "./cacheFolder.mjs";

/** A file, and what is in it. */
export interface CachedFile {
  readonly path: string;
  readonly content: Buffer;
}

/** The file in the cache that has this SHA-256; undefined when there is none that can be read. */
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

/** Writes a file into the cache, whole or not at all, and returns its path. Undefined when that fails: a cache must never end a run. */
export function writeCached(folder: string, name: string, content: string | Buffer): string | undefined {
  const base = cacheIn(folder);
  if (base === undefined) return undefined;
  try {
    return writeWhole(join(base, name), content);
  } catch {
    return undefined;
  }
}

/** Writes a file under another name first, so that other processes see it whole or not at all. Returns its path. */
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

const temporary = new Set<string>();

/**
 * Makes a folder for files that are needed until this process ends; then it is removed. It is one of the system's temporary folders, or
 * lies in the cache folder where there are none. Throws if neither can be written.
 */
export function temporaryFolder(): string {
  const problems: string[] = [];
  for (const place of [() => resolve(tmpdir()), () => cacheIn("temporary")]) {
    try {
      const parent = place();
      if (parent === undefined) continue;
      const folder = mkdtempSync(join(parent, "talos-cilium-cni-"));
      if (temporary.size === 0) process.once("exit", removeTemporaryFolders);
      temporary.add(folder);
      return folder;
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  throw new Error(problems.join("; "));
}

function removeTemporaryFolders(): void {
  for (const folder of temporary) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // A process that ends has nobody left to tell.
    }
  }
}

/** In hexadecimal. */
export function sha256Of(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}

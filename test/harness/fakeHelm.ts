import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timeLimits } from "../../components/support/childProcess.ts";

/** Calls `use` with an empty folder that is all of PATH, and has the cache folder in it. Restores the environment and the time limits. */
export function withEmptyPath(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "helm-"));
  const environment = { ...process.env };
  const cwd = process.cwd();
  const limits = { ...timeLimits };
  try {
    Object.assign(process.env, { PATH: folder, XDG_CACHE_HOME: join(folder, "cache") });
    use(folder);
  } finally {
    process.env = environment;
    process.chdir(cwd);
    Object.assign(timeLimits, limits);
    rmSync(folder, { recursive: true });
  }
}

/** Does the same with this shell script as the only helm on PATH. */
export function withFakeHelm(script: string, use: (folder: string) => void): void {
  withEmptyPath((folder) => {
    writeExecutable(join(folder, "helm"), `#!/bin/sh\n${script}\n`);
    use(folder);
  });
}

/** A script for `withFakeHelm` that prints this version when it is asked for it, and otherwise runs `otherwise`. */
export function scriptOfVersion(version: string, otherwise: string): string {
  return `[ "$1" = version ] && echo ${version} && exit; ${otherwise}`;
}

export function writeExecutable(file: string, content: string): void {
  writeFileSync(file, content);
  chmodSync(file, 0o755);
}

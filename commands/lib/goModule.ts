import { runUnchecked } from "../../tools/childProcess.mjs";
import { requireGo } from "../../tools/tools.mjs";

/** A module in Go's module cache. */
export interface GoModule {
  readonly folder: string;
  /** Its hash, as in go.sum. */
  readonly sum: string;
}

/** Nobody serves this version of a module: there is none, or it is too large for a module. Trying again would not help. */
export class ModuleNotServed extends Error {}

/**
 * Downloads a Go module unless it is in the module cache. The error has Go's own message, or says what to install if there is no Go. Throws a
 * ModuleNotServed if the proxy answered that it has no such module.
 */
export function downloadGoModule(path: string, version: string): GoModule {
  const name = `${path}@${version}`;
  requireGo(`Go 1.26 or later is needed to download ${name}: install it (https://go.dev/dl/)`);
  // A Go workspace or GOFLAGS from the user's shell must not change what is downloaded.
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=mod" };
  const { stdout, stderr } = runUnchecked("go", ["mod", "download", "-json", name], { env });
  // Go writes its error into the JSON, unless it cannot start to work at all.
  const answer = (stdout.trim() === "" ? { Error: stderr } : JSON.parse(stdout)) as {
    Dir?: string;
    Sum?: string;
    Error?: string;
  };
  const { Dir, Sum, Error: words = "Go names no folder or no hash" } = answer;
  if (Dir !== undefined && Sum !== undefined) return { folder: Dir, sum: Sum };
  const message = `${name} could not be downloaded: ${words.replace(`${name}: `, "").trim().replaceAll(/\s+/g, " ")}`;
  throw isNotServed(words) ? new ModuleNotServed(message) : new Error(message);
}

/** Whether Go's words mean that the proxy, or Cilium's repository, answered and has no such module. */
function isNotServed(words: string): boolean {
  return /: (?:403|404|410) |unknown revision|source tree too large/.test(words);
}

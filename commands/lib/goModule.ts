import { run } from "../../tools/childProcess.mjs";
import { requireGo } from "../../tools/tools.mjs";

/** A module in Go's module cache. */
export interface GoModule {
  readonly folder: string;
  /** Its hash, as in go.sum. */
  readonly sum: string;
}

/** Downloads a Go module unless it is in the module cache. The error has Go's own message, or says what to install if there is no Go. */
export function downloadGoModule(path: string, version: string): GoModule {
  const name = `${path}@${version}`;
  requireGo(`Go 1.26 or later is needed to download ${name}: install it (https://go.dev/dl/)`);
  // A Go workspace or GOFLAGS from the user's shell must not change what is downloaded.
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=mod" };
  const { Dir, Sum } = JSON.parse(run("go", ["mod", "download", "-json", name], { env })) as { Dir: string; Sum: string };
  return { folder: Dir, sum: Sum };
}

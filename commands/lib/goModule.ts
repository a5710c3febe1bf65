import { requireGo } from "../../tools/tools.mjs";
import { run } from "../../tools/childProcess.mjs";

/** A module in Go's module cache. */
export interface GoModule {
  readonly folder: string;
  /** Its hash, as in go.sum. */
  readonly sum: string;
}

/** Downloads a Go module unless the module cache has it. Throws what Go says, or what to install when there is no Go. */
export function downloadGoModule(path: string, version: string): GoModule {
  const name = `${path}@${version}`;
  requireGo(`Go 1.25 or later is needed to download ${name}: install it (https://go.dev/dl/)`);
  // Neither a workspace nor flags of the user's shell may change what is downloaded.
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=mod" };
  const { Dir, Sum } = JSON.parse(run("go", ["mod", "download", "-json", name], { env })) as { Dir: string; Sum: string };
  return { folder: Dir, sum: Sum };
}

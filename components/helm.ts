import { spawnSync } from "node:child_process";
import semver from "semver";
import { refuse } from "./problems.ts";

/** The oldest Helm that the rendering is tested with. */
export const minimumHelm = "3.18.0";

const install = `install Helm ${minimumHelm} or later (https://helm.sh/docs/intro/install/)`;

/** Helm ran and said no. */
export class HelmError extends Error {
  override readonly name = "HelmError";

  /** Whether Helm could not even connect: no TLS, HTTP or content was involved. */
  get unreachable(): boolean {
    return /\bdial (tcp|udp)\b/.test(this.message);
  }
}

/** Runs the `helm` on PATH and returns what it printed. Throws a HelmError with Helm's own words, an InputError without Helm. */
export function helm(args: readonly string[], input = ""): string {
  const { error, status, stdout, stderr } = run(args, input);
  if (error !== undefined) {
    refuse("helm", `cannot be started (${error.message}); ${install} and put it on PATH`);
  }
  if (status === 0) return stdout;
  const version = semver.coerce(run(["version", "--template", "{{.Version}}"], "").stdout);
  if (version !== null && semver.lt(version, minimumHelm)) {
    refuse("helm", `is version ${version.version}; ${install}`);
  }
  throw new HelmError(stderr.replaceAll(/^Error: |^Use --debug flag .*$/gm, "").trim());
}

function run(args: readonly string[], input: string) {
  return spawnSync("helm", args, { input, encoding: "utf8", maxBuffer: 2 ** 30 });
}

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import semver from "semver";
import { cacheFolder } from "./cacheFolder.mjs";
import { refuse } from "./problems.ts";

/** The oldest Helm that renders the same bytes as the newest: 3.18 and before write some zeros that later ones leave out. */
export const minimumHelm = "3.19.0";

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
  const executable = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, process.platform === "win32" ? "helm.exe" : "helm"))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  if (executable === undefined) return refuse("helm", `is not on PATH; ${install} and put it there`);
  checkVersion(executable);
  return run(executable, args, input);
}

// To ask costs a third of a rendering, so each Helm is asked once.
function checkVersion(executable: string): void {
  const { size, mtimeMs } = statSync(executable);
  const identity = createHash("sha256").update(`${executable} ${size} ${mtimeMs} ${minimumHelm}`).digest("hex");
  const approved = join(cacheFolder(), "helm", identity.slice(0, 16));
  if (existsSync(approved)) return;
  const version = semver.coerce(run(executable, ["version", "--template", "{{.Version}}"], ""));
  if (version === null || semver.lt(version, minimumHelm)) {
    refuse("helm", `${executable} is version ${version?.version ?? "unknown"}; ${install}`);
  }
  mkdirSync(join(cacheFolder(), "helm"), { recursive: true });
  writeFileSync(approved, "");
}

function run(executable: string, args: readonly string[], input: string): string {
  const { error, status, stdout, stderr } = spawnSync(executable, args, { input, encoding: "utf8", maxBuffer: 2 ** 30 });
  if (error !== undefined) return refuse("helm", `${executable} cannot be started (${error.message}); ${install}`);
  if (status !== 0) throw new HelmError(stderr.replaceAll(/^Error: |^Use --debug flag .*$/gm, "").trim());
  return stdout;
}

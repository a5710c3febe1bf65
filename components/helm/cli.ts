import { accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from "node:fs";
import { basename, delimiter, resolve } from "node:path";
import semver from "semver";
import { isCached, sha256Of, writeCached } from "../support/cache.ts";
import { ChildProcessError, type ChildProcessOptions, runChild, timeLimits } from "../support/childProcess.ts";
import { InputError, problem, refuse } from "../support/problems.ts";

/** The oldest Helm that renders the same bytes as the newest. Helm 3.18 and older print some zeros that later releases omit. */
export const minimumHelm = "3.19.0";

const install = `install Helm ${minimumHelm} or later (https://helm.sh/docs/intro/install/)`;

/** Helm ran and failed. The message is what it printed. */
export class HelmError extends Error {
  override readonly name = "HelmError";

  /** Whether Helm could not connect at all. An error of TLS, HTTP or content does not count. */
  get isUnreachable(): boolean {
    return /\bdial (tcp|udp)\b/.test(this.message);
  }
}

/** Helm took too long and was stopped. The input at fault is `helm`, unless the caller knows better. */
export class HelmTimeout extends InputError {
  /** The command and its time limit. */
  readonly summary: string;

  constructor(executable: string, summary: string) {
    super([problem("helm", `${executable}: ${summary}; check that it works in a terminal, or ${install}`)]);
    this.summary = summary;
  }
}

/**
 * Runs the `helm` on PATH and returns what it printed.
 *
 * Throws a HelmError with Helm's own message if it fails, and an InputError if there is no usable Helm.
 */
export function helm(args: readonly string[], options: Partial<ChildProcessOptions> = {}): string {
  const executable = findHelm();
  checkVersion(executable);
  try {
    return runChild(executable, args, { timeout: timeLimits.helm, input: "", ...options }).toString("utf8");
  } catch (error) {
    if (!(error instanceof ChildProcessError)) throw error;
    if (error.reason === "not started") return refuse("helm", cannotStart(executable, error));
    if (error.reason === "timed out") throw new HelmTimeout(executable, `helm ${args[0] ?? ""} ${error.message}`);
    throw new HelmError(messageOf(error), { cause: error });
  }
}

/** Identifies the `helm` on PATH from one run to the next. Returns undefined if it may be another Helm the next time. */
export function helmIdentity(): string | undefined {
  return identityOf(findHelm());
}

/** Finds the first executable `helm` on PATH, as the shell does. */
function findHelm(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const filesNamed = (name: string) => folders.map((folder) => resolve(folder, name)).filter(isFile);
  const isWindows = process.platform === "win32";
  const candidates = filesNamed(isWindows ? "helm.exe" : "helm");
  const executable = candidates.find(isExecutable);
  if (executable !== undefined) return executable;
  const [unusable] = isWindows ? ["helm.cmd", "helm.bat", "helm.ps1"].flatMap(filesNamed) : candidates;
  if (unusable === undefined) return refuse("helm", `is not on PATH; ${install} and put it there`);
  const reason = isWindows
    ? `is a script, which Node cannot start; put the folder with the helm.exe that it starts on PATH`
    : `is not executable; run \`chmod +x ${unusable}\``;
  return refuse("helm", `${unusable} ${reason}, or ${install}`);
}

/**
 * Refuses a Helm that is too old. Asking Helm for its version costs a third of a rendering, so a Helm that cannot change unnoticed is asked
 * only once.
 */
function checkVersion(executable: string): void {
  const identity = identityOf(executable);
  if (identity !== undefined && isApproved(identity)) return;
  const version = versionOf(executable);
  if (semver.lt(version, minimumHelm)) refuse("helm", `${executable} is version ${version.version}; ${install}`);
  if (identity === undefined) return;
  approved.add(identity);
  writeCached("helm", identity, "");
}

const approved = new Set<string>();

function isApproved(identity: string): boolean {
  return approved.has(identity) || isCached("helm", identity);
}

function versionOf(executable: string): semver.SemVer {
  const remedy = `${install}, or select one in your version manager`;
  try {
    const output = runChild(executable, ["version", "--template", "{{.Version}}"], {
      timeout: timeLimits.helmVersion,
      input: "",
    });
    const printed = output.toString("utf8").trim();
    // The shim of a version manager may print a line of its own first.
    const version = semver.coerce(printed.split("\n").at(-1));
    return version ?? refuse("helm", `${executable} cannot tell its version: it printed ${JSON.stringify(printed)}; ${remedy}`);
  } catch (error) {
    if (!(error instanceof ChildProcessError)) throw error;
    if (error.reason === "not started") return refuse("helm", cannotStart(executable, error));
    const words = error.reason === "timed out" ? `helm version ${error.message}` : messageOf(error);
    return refuse("helm", `${executable} cannot tell its version: ${words}; ${remedy}`);
  }
}

/**
 * Identifies a Helm from one run to the next. Returns undefined if the file may be the shim of a version manager, which can start another
 * Helm at any time.
 *
 * The shims of asdf are scripts, those of mise and aqua are links to a program of another name, and those of proto are small programs called
 * helm. On Windows a shim looks like any other program. Helm itself is a Go program of 50 MB and more.
 */
function identityOf(executable: string): string | undefined {
  if (process.platform === "win32") return undefined;
  try {
    const path = realpathSync(executable);
    const { size, mtimeMs, ctimeMs, ino } = statSync(path);
    if (basename(path) !== "helm" || size < 20_000_000 || !isMachineCode(path)) return undefined;
    return sha256Of([path, size, mtimeMs, ctimeMs, ino, minimumHelm].join(" ")).slice(0, 16);
  } catch {
    return undefined;
  }
}

/** Whether a file starts like a program of Linux (ELF) or macOS (Mach-O, thin or universal). */
function isMachineCode(path: string): boolean {
  const start = Buffer.alloc(4);
  const file = openSync(path, "r");
  try {
    readSync(file, start, 0, 4, 0);
  } finally {
    closeSync(file);
  }
  return ["7f454c46", "cffaedfe", "cafebabe"].includes(start.toString("hex"));
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function cannotStart(executable: string, { message }: Error): string {
  return `${executable} cannot be started: ${message}; ${install}`;
}

/** Helm's message without the phrases that only repeat that it is an error. */
function messageOf({ message }: Error): string {
  return message.replaceAll(/^Error: |^Use --debug flag .*$/gm, "").trim();
}

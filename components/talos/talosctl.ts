import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import semver from "semver";
import { ChildProcessError, runChildAsync } from "../support/childProcess.ts";

/** The oldest talosctl that syncs as Talos 1.13 and later need it. It also syncs machines that run an older Talos. */
export const minimumTalosctl = "1.13.0";

const install = `install talosctl ${minimumTalosctl} or later, best the release of your machines (https://docs.siderolabs.com/talos/v1.13/getting-started/talosctl)`;

/** talosctl is missing or failed. The message is meant for users. */
export class TalosctlError extends Error {
  override readonly name = "TalosctlError";
}

/** A machine as talosctl reaches it. */
export interface TalosNode {
  readonly node: string;
  readonly endpoint?: string | undefined;
}

/** The credentials of a client of Talos' API, each as base64 of PEM. */
export interface ClientCredentials {
  readonly caCertificate: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

/** Runs talosctl for one machine and returns what it printed. */
export type Talosctl = (machine: TalosNode, args: readonly string[], seconds?: number) => Promise<string>;

/** Throws a TalosctlError unless there is a talosctl on PATH that is new enough. */
export async function requireTalosctl(): Promise<void> {
  let output: string;
  try {
    output = await runChildAsync("talosctl", ["version", "--client", "--short"], { timeout: 30_000 });
  } catch (error) {
    if (!(error instanceof ChildProcessError)) throw error;
    if (error.reason === "not started") {
      throw new TalosctlError(
        `talos.sync needs talosctl, which is not on PATH or cannot be started; ${install}, or leave talos.sync out`,
      );
    }
    throw new TalosctlError(`talosctl cannot tell its version: ${error.message}; ${install}`);
  }
  const version = semver.coerce(/v\d+\.\d+\.\d+/.exec(output)?.[0]);
  if (version === null)
    throw new TalosctlError(`talosctl cannot tell its version: it printed ${JSON.stringify(output.trim())}; ${install}`);
  if (semver.lt(version, minimumTalosctl))
    throw new TalosctlError(`talos.sync needs another talosctl than ${version.version}; ${install}`);
}

/** Calls `work` with a talosctl that has these credentials, in a file that only this user can read and that is removed afterwards. */
export async function withTalosctl<T>(credentials: ClientCredentials, work: (talosctl: Talosctl) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "talos-cilium-cni-"));
  try {
    const file = join(folder, "talosconfig");
    await writeFile(file, talosconfig(credentials), { mode: 0o600 });
    return await work((machine, args, seconds = 60) => talosctl(file, machine, args, seconds));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function talosctl(
  file: string,
  { node, endpoint = node }: TalosNode,
  args: readonly string[],
  seconds: number,
): Promise<string> {
  const target = ["--talosconfig", file, "--endpoints", endpoint, "--nodes", node];
  try {
    return await runChildAsync("talosctl", [...args, ...target], { timeout: seconds * 1000 });
  } catch (error) {
    if (!(error instanceof ChildProcessError)) throw error;
    throw new TalosctlError(`talosctl ${args[0] ?? ""} to ${node}: ${lastLines(error.message)}`);
  }
}

/** The end of an output: talosctl prints the progress first and the reason last. */
function lastLines(output: string): string {
  return output.split("\n").slice(-5).join("\n");
}

/** JSON is YAML too. */
function talosconfig({ caCertificate, clientCertificate, clientKey }: ClientCredentials): string {
  const context = { endpoints: [], ca: caCertificate, crt: clientCertificate, key: clientKey };
  return JSON.stringify({ context: "sync", contexts: { sync: context } });
}

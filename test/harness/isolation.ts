import { mkdirSync } from "node:fs";
import { findProgram } from "../../commands/lib/programs.ts";
import { localState } from "../../commands/lib/stack.ts";
import * as childProcess from "../../tools/childProcess.mjs";

/**
 * Restarts this process in its own network, mount and process namespaces. Everything in them ends with the process, and the machine's
 * interfaces, mounts and rules are not visible there. Does nothing if the process is already isolated.
 */
export function isolate(): void {
  if (process.env["CILIUM_TEST_ISOLATED"] !== undefined) return;
  const options = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const environment = { ...process.env, CILIUM_TEST_ISOLATED: "yes" } as NodeJS.ProcessEnv;
  if (process.execve === undefined)
    throw new Error("this Node cannot replace itself with another program; Node 22.15 or later is needed");
  process.execve(
    findProgram("unshare") ?? "unshare",
    ["unshare", ...options, "--", process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    environment,
  );
}

/** The folder for files of an isolated process, in memory that no other process sees. */
export const scratch = "/run/cilium-test";

/** Mounts private folders over the shared ones: names of network namespaces, temporary files, and stacks of other processes. */
export function mountPrivateFolders(): void {
  if (process.pid !== 1) throw new Error("this needs its own namespaces; call isolate() first");
  runCommand("mount", "-t", "tmpfs", "tmpfs", "/run");
  mkdirSync(scratch);
  process.env["TMPDIR"] = scratch;
  mkdirSync(localState, { recursive: true });
  runCommand("mount", "-t", "tmpfs", "tmpfs", localState);
  runCommand("ip", "link", "set", "lo", "up");
}

/** Runs a command that has to succeed; returns its standard output. */
export function runCommand(command: string, ...options: readonly string[]): string {
  return childProcess.run(command, options);
}

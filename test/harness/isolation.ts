import { mkdirSync } from "node:fs";
import { findProgram } from "../../commands/lib/programs.ts";
import { localState } from "../../commands/lib/stack.ts";
import * as childProcess from "../../tools/childProcess.mjs";

/**
 * Goes on in namespaces of its own: network, mounts, processes. Whatever happens there, ends with this process, and the machine's own
 * interfaces, mounts and rules are not seen. Does nothing the second time.
 */
export function isolate(): void {
  if (process.env["CILIUM_TEST_ISOLATED"] === undefined) {
    const options = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const environment = { ...process.env, CILIUM_TEST_ISOLATED: "yes" } as NodeJS.ProcessEnv;
    if (process.execve === undefined)
      throw new Error("this Node cannot replace itself by another program; it takes 22.15 or later");
    process.execve(
      findProgram("unshare") ?? "unshare",
      ["unshare", ...options, "--", process.execPath, ...process.execArgv, ...process.argv.slice(1)],
      environment,
    );
  }
}

/** Where what is made in namespaces lies: memory that nobody else sees. */
export const scratch = "/run/cilium-test";

/** Keeps to itself what would else be seen on the machine: the names of network namespaces, files, and the stacks of other processes. */
export function mountPrivateFolders(): void {
  if (process.pid !== 1) throw new Error("this is for namespaces of its own; call isolate() first");
  runCommand("mount", "-t", "tmpfs", "tmpfs", "/run");
  mkdirSync(scratch);
  process.env["TMPDIR"] = scratch;
  mkdirSync(localState, { recursive: true });
  runCommand("mount", "-t", "tmpfs", "tmpfs", localState);
  runCommand("ip", "link", "set", "lo", "up");
}

/** Runs a command that has to succeed; returns what it says. */
export function runCommand(command: string, ...options: readonly string[]): string {
  return childProcess.run(command, options);
}

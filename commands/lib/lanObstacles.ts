import { existsSync } from "node:fs";
import { ChildProcessError, run } from "../../tools/childProcess.mjs";
import { findProgram } from "./programs.ts";

/** Why something cannot run here. */
export interface Obstacle {
  readonly reason: string;
  /** Whether the machine itself is the reason, so that installing something would not help. */
  readonly isMachine: boolean;
}

/** Returns why Cilium's agent cannot run on this machine, whatever is installed, or undefined if it can. */
export function findAgentObstacle(): Obstacle | undefined {
  if (process.platform !== "linux") return { reason: "Cilium's agent runs on Linux only", isMachine: true };
  if (!existsSync("/sys/kernel/btf/vmlinux"))
    return { reason: "the kernel has no BTF, which Cilium's programs need", isMachine: true };
  if (process.getuid?.() !== 0)
    return { reason: "only root can run Cilium's agent and create network namespaces", isMachine: false };
  // Without this command it is unknown. The suite declares the command, so it is reported as missing there.
  if (findProgram("unshare") === undefined) return undefined;
  const reason = findNamespaceObstacle();
  return reason === undefined ? undefined : { reason, isMachine: true };
}

/** Returns why processes cannot run in their own namespaces, or undefined if they can. */
export function findNamespaceObstacle(): string | undefined {
  try {
    run("unshare", ["--net", "--mount", "--pid", "--fork", process.execPath, "--version"], { seconds: 30 });
    return undefined;
  } catch (error) {
    if (!(error instanceof ChildProcessError)) throw error;
    return `namespaces cannot be created here: ${error.message}`;
  }
}

import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { runCommand, scratch } from "./isolation.ts";

const folder = join(scratch, "cgroups");

/** Mounts the machine's control groups, and removes empty ones of killed runs. */
export function mountControlGroups(): void {
  mkdirSync(folder);
  runCommand("mount", "-t", "cgroup2", "none", folder);
  // A group younger than an hour may belong to a run that has just started.
  for (const abandoned of readdirSync(folder).filter((name) => name.startsWith("cilium-test-"))) {
    if (Date.now() - statSync(join(folder, abandoned)).mtimeMs > 3_600_000) removeControlGroup(join(folder, abandoned));
  }
}

/** Creates a control group for the agent of one node. */
export function createControlGroup(): string {
  const group = join(folder, `cilium-test-${randomBytes(4).toString("hex")}`);
  mkdirSync(group);
  return group;
}

/** Removes a control group unless it still has a process; returns whether it was removed. */
export function removeControlGroup(group: string): boolean {
  try {
    rmdirSync(group);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBUSY") return false;
    throw error;
  }
}

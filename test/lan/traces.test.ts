import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { runUnchecked } from "../../tools/childProcess.mjs";
import { eventually } from "../harness/cluster.ts";

// This file runs outside the namespaces of the bench, because it looks at the machine itself.
const bench = join(import.meta.dirname, "..", "processes", "lanBench.ts");

const outputOf = (command: string, ...options: readonly string[]) => runUnchecked(command, options).stdout;
const lines = (file: string) => readFileSync(file, "utf8").trim().split("\n");
/** Everything that a run could leave on the machine. */
const traces = {
  "network namespaces": () => outputOf("lsns", "--type", "net", "--noheadings", "--output", "NS"),
  "names of network namespaces": () => outputOf("ip", "netns"),
  "network interfaces": () => outputOf("ip", "-brief", "link"),
  routes: () => outputOf("ip", "route"),
  mounts: () => lines("/proc/self/mountinfo").map((line) => line.split(" ")[4]),
  "iptables rules": () => outputOf("iptables-save").replaceAll(/^#.*$/gm, ""),
  "ipset sets": () => outputOf("ipset", "list", "-name"),
  "BPF programs": () => outputOf("bpftool", "prog", "show").match(/^\d+: .*$/gm)?.length ?? 0,
  processes: () => outputOf("pgrep", "--full", "^(1.19-)?cilium-agent .*--config-dir=/run/cilium-test/node-"),
  "top folders": () => readdirSync("/").toSorted(),
  "kernel settings": () => ["unprivileged_bpf_disabled", "timer_migration"].map((name) => lines(`/proc/sys/kernel/${name}`)),
} as const;
const snapshot = () => Object.fromEntries(Object.entries(traces).map(([name, read]) => [name, read()]));

/** The control groups of agents, of this run and of earlier ones. */
const controlGroups = () => outputOf("find", "/sys/fs/cgroup", "-maxdepth", "2", "-name", "cilium-test-*").trim().split("\n");

/** The first snapshot that equals the one before it: the kernel cleans up with a delay. */
async function stableSnapshot(): Promise<ReturnType<typeof snapshot>> {
  let current = snapshot();
  await eventually(async () => {
    const previous = JSON.stringify(current);
    await sleep(4_000);
    current = snapshot();
    return JSON.stringify(current) === previous;
  }, "the machine keeps changing");
  return current;
}

/** Starts the bench, and waits until it is ready. */
async function startBench(): Promise<ReturnType<typeof spawn>> {
  const child = spawn(process.execPath, [bench], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  assert.equal(line, "ready");
  return child;
}

test("a run leaves nothing on the machine even when it is killed, and the next run starts and ends normally", async () => {
  const before = await stableSnapshot();
  const killedRun = await startBench();
  assert.notDeepEqual(snapshot()["network namespaces"], before["network namespaces"]);
  killedRun.kill("SIGKILL");
  assert.deepEqual(await stableSnapshot(), before);
  // Control groups have no owner that dies with the run. A later run removes them, once they are an hour old.
  const afterKill = controlGroups();

  const nextRun = await startBench();
  nextRun.stdin?.end();
  const [code] = (await once(nextRun, "close")) as [number];
  assert.equal(code, 0);
  assert.deepEqual(await stableSnapshot(), before);
  assert.deepEqual(
    controlGroups().filter((group) => !afterKill.includes(group)),
    [],
  );
});

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

// Not isolated: this is the machine.
const bench = join(import.meta.dirname, "..", "processes", "lanBench.ts");

const said = (command: string, ...options: readonly string[]) => runUnchecked(command, options).stdout;
const lines = (file: string) => readFileSync(file, "utf8").trim().split("\n");
/** What a run could leave on the machine. */
const traces = {
  "network namespaces": () => said("lsns", "--type", "net", "--noheadings", "--output", "NS"),
  "names of network namespaces": () => said("ip", "netns"),
  "network interfaces": () => said("ip", "-brief", "link"),
  routes: () => said("ip", "route"),
  mounts: () => lines("/proc/self/mountinfo").map((line) => line.split(" ")[4]),
  "rules of iptables": () => said("iptables-save").replaceAll(/^#.*$/gm, ""),
  "sets of ipset": () => said("ipset", "list", "-name"),
  "BPF programs": () => said("bpftool", "prog", "show").match(/^\d+: .*$/gm)?.length ?? 0,
  processes: () => said("pgrep", "--full", "^cilium-agent .*--config-dir=/run/cilium-test/node-"),
  "control groups": () => said("sh", "-c", "find /sys/fs/cgroup -maxdepth 2 -name 'cilium-test-*'"),
  "top folders": () => readdirSync("/").toSorted(),
  "settings of the kernel": () =>
    ["unprivileged_bpf_disabled", "timer_migration"].map((name) => lines(`/proc/sys/kernel/${name}`)),
} as const;
const snapshot = () => Object.fromEntries(Object.entries(traces).map(([name, look]) => [name, look()]));

/** What is there when nothing changes any more: the kernel takes its time to clear up. */
async function settled(): Promise<ReturnType<typeof snapshot>> {
  let [last, now] = ["", snapshot()];
  await eventually(async () => {
    last = JSON.stringify(now);
    await sleep(4_000);
    now = snapshot();
    return JSON.stringify(now) === last;
  }, "things go on changing");
  return now;
}

async function ready(): Promise<ReturnType<typeof spawn>> {
  const child = spawn(process.execPath, [bench], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  assert.equal(line, "ready");
  return child;
}

test("a run leaves nothing on the machine, one that is killed no more, and the next one starts all the same", async () => {
  const before = await settled();
  const killed = await ready();
  assert.notDeepEqual(snapshot()["network namespaces"], before["network namespaces"]);
  killed.kill("SIGKILL");
  // But for the control groups, which a later run takes away.
  const { "control groups": groups, ...rest } = await settled();
  assert.deepEqual({ ...rest, "control groups": before["control groups"] }, before);

  const orderly = await ready();
  orderly.stdin?.end();
  const [code] = (await once(orderly, "close")) as [number];
  assert.equal(code, 0);
  assert.deepEqual(await settled(), { ...before, "control groups": groups });
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../commands/lib/root.ts";
import { run } from "../../tools/childProcess.mjs";
import type { Cluster } from "./cluster.ts";
import { codeBlocks } from "./codeBlocks.ts";

/** Represents Talos' own manifests in a sync. */
export const talosOwnManifest = `---\n${JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "own", namespace: "kube-system" } })}\n`;

const inventory = "talos-bootstrap-manifests-inventory";

/** Syncs manifests like `talosctl upgrade-k8s` of Talos 1.13 (`apply`) or 1.12 (`update`). Returns the number of objects by action. */
export function syncManifests(
  cluster: Cluster,
  stream: string,
  how: "apply" | "update" = "apply",
): Readonly<Record<string, number>> {
  const stdout = run("talos-sync", [how, cluster.kubeconfig], { input: stream });
  const counts: Record<string, number> = {};
  for (const line of stdout.split("\n").filter((text) => text !== "")) {
    const [action = ""] = line.split(" ");
    counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}

/** Removes Cilium's objects from Talos' inventory, with the command of docs/hand-off.md, and with its pattern for the namespace `network`. */
export function forgetCilium(cluster: Cluster, namespace?: "network"): void {
  const page = "docs/hand-off.md";
  const command = codeBlocks(page, "bash").find((block) => block.includes(inventory)) ?? assert.fail(`${page} forgets nothing`);
  const patterns = readFileSync(join(root, page), "utf8").match(/test\("[^"]+"\)/g) ?? [];
  const [pattern = "", patternForNetwork = "", ...others] = patterns;
  assert.deepEqual(others, []);
  assert(command.includes(pattern) && patternForNetwork.includes("network"), patterns.join("\n"));
  run("bash", ["-euo", "pipefail", "-c", namespace === undefined ? command : command.replace(pattern, patternForNetwork)], {
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
  });
  const remaining = Object.keys(cluster.get("configmap", inventory, "kube-system")?.["data"] ?? {});
  assert.equal(remaining.length, 1, remaining.join("\n"));
}

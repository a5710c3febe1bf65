import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../commands/lib/root.ts";
import { run } from "../../tools/childProcess.mjs";
import type { Cluster } from "./cluster.ts";

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

/** Removes Cilium's objects from Talos' inventory, with the pattern from docs/hand-off.md, which has one for the namespace `network` too. */
export function forgetCilium(cluster: Cluster, namespace?: "network"): void {
  const page = readFileSync(join(root, "docs", "hand-off.md"), "utf8");
  const patterns = [...page.matchAll(/test\("([^"]+)"\)/g)].map(([, pattern = ""]) => pattern);
  assert.equal(patterns.length, 2);
  const pattern = patterns.find((text) => text.includes("network") === (namespace !== undefined)) ?? assert.fail();
  const { data, ...rest } = cluster.get("configmap", inventory, "kube-system") ?? assert.fail("there is no inventory");
  const remaining = Object.entries(data as object).filter(([key]) => !new RegExp(pattern).test(key));
  assert.equal(remaining.length, 1, remaining.join("\n"));
  const { ok, output } = cluster.kubectl(
    ["replace", "--filename", "-"],
    JSON.stringify({ ...rest, data: Object.fromEntries(remaining) }),
  );
  assert(ok, output);
}

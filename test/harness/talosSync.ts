import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../commands/lib/stack.ts";
import { run } from "../../tools/childProcess.mjs";
import type { Cluster } from "./cluster.ts";

/** Stands for what Talos has of its own among the manifests. */
export const talosOwnManifest = `---\n${JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "own", namespace: "kube-system" } })}\n`;

const inventory = "talos-bootstrap-manifests-inventory";

/** Syncs as `talosctl upgrade-k8s` of Talos 1.13 does, or of 1.12: what became of how many objects. */
export function syncManifests(cluster: Cluster, stream: string, how: "apply" | "update" = "apply"): Readonly<Record<string, number>> {
  const stdout = run("talos-sync", [how, cluster.kubeconfig], { input: stream });
  const actions = stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ")[0] ?? ""]));
  return Object.fromEntries(
    Object.entries(Object.groupBy(actions, (action) => action)).map(([key, all]) => [key, all?.length ?? 0]),
  );
}

/** Has Talos forget Cilium, by the pattern that stands in docs/hand-off.md. */
export function forgetCilium(cluster: Cluster): void {
  const steps = readFileSync(join(root, "docs", "hand-off.md"), "utf8");
  const [, pattern = ""] = /select\(\.key \| test\("([^"]+)"\) \| not\)/.exec(steps) ?? assert.fail("the step is not there");
  const { data, ...rest } = cluster.get("configmap", inventory, "kube-system") ?? assert.fail("there is no inventory");
  const kept = Object.entries(data as object).filter(([key]) => !new RegExp(pattern).test(key));
  assert.equal(kept.length, 1, kept.join("\n"));
  const { ok, output } = cluster.kubectl(
    ["replace", "--filename", "-"],
    JSON.stringify({ ...rest, data: Object.fromEntries(kept) }),
  );
  assert(ok, output);
}

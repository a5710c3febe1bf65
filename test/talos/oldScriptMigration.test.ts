// docs/from-the-old-script.md, step 4: the new manifest is delivered in the same way as the old one.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { root } from "../../commands/lib/root.ts";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { Cluster } from "../harness/cluster.ts";
import { renderOldScript } from "../harness/oldScript.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";
import { syncManifests, talosOwnManifest } from "../harness/talosSync.ts";

const oldManifest = renderOldScript().manifest;
const { manifest } = createPlan({ ...devStack, ...chartArgs(), namespace: "cilium", routing: { mode: "tunnel" } });
// The objects that the page tells the user to delete.
const [, deletedByHand = ""] =
  /--namespace cilium delete (.*)$/m.exec(readFileSync(join(root, "docs", "from-the-old-script.md"), "utf8")) ??
  assert.fail("the page has no such step");

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.start();
  cluster.apply(readGatewayApiCrds("v1.2.0"));
});
afterEach(() => cluster.stop());

const kubectl = (args: string, input?: string) => {
  const { ok, output } = cluster.kubectl(args.split(" "), input);
  assert(ok, output);
  return output;
};
const ciliumConfig = () => (cluster.get("configmap", "cilium-config", "cilium")?.["data"] ?? {}) as Record<string, string>;
const agentUid = () => cluster.get("daemonset", "cilium", "cilium")?.metadata["uid"];
const oldObjectsLeft = () =>
  deletedByHand.split(" ").filter((object) => cluster.kubectl(["get", object, "--namespace", "cilium"]).ok);

test("with kubectl, only the objects that the page tells the user to delete stay behind", () => {
  kubectl("apply --filename -", oldManifest.yaml);
  assert.equal(ciliumConfig()["hubble-disable-tls"], "false");
  const uidBefore = agentUid();
  kubectl("apply --server-side --force-conflicts --filename -", manifest.yaml);
  assert.equal(agentUid(), uidBefore);
  const expectedConfig = manifest.entries.find(({ name }) => name === "ConfigMap cilium/cilium-config")?.object["data"];
  assert.deepEqual(ciliumConfig(), expectedConfig);
  const names = new Set(manifest.entries.map(({ name }) => name));
  const onlyInOldManifest = oldManifest.entries
    .filter(({ name }) => !names.has(name))
    .map(({ object }) => `${object.kind.toLowerCase()}/${object.metadata.name}`);
  assert.deepEqual(deletedByHand.split(" ").sort(), onlyInOldManifest.sort());
  assert.equal(oldObjectsLeft().length, 3);
  kubectl(`--namespace cilium delete ${deletedByHand}`);
});

test("with Talos 1.13, the sync deletes what only the old manifest had, and keeps the rest", () => {
  syncManifests(cluster, talosOwnManifest + oldManifest.yaml);
  const uidBefore = agentUid();
  const changes = syncManifests(cluster, talosOwnManifest + manifest.yaml);
  assert.equal(changes["deleted"], 3, JSON.stringify(changes));
  assert.deepEqual([agentUid(), oldObjectsLeft()], [uidBefore, []]);
  assert.deepEqual(syncManifests(cluster, talosOwnManifest + manifest.yaml), { unchanged: manifest.entries.length + 1 });
});

test("with Talos 1.12, the objects that only the old manifest had stay", () => {
  syncManifests(cluster, talosOwnManifest + oldManifest.yaml, "update");
  const uidBefore = agentUid();
  syncManifests(cluster, talosOwnManifest + manifest.yaml, "update");
  assert.deepEqual([agentUid(), oldObjectsLeft().length], [uidBefore, 3]);
  assert.equal(ciliumConfig()["enable-hubble"], "false");
});

// docs/from-the-old-script.md, step 4: the new manifest comes the way the old one came.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { root } from "../../commands/lib/stack.ts";
import { plan } from "../../components/plan.ts";
import { chartArgs } from "../harness/charts.ts";
import { Cluster } from "../harness/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";
import { renderOldScript } from "../harness/oldScript.ts";
import { talosOwnManifest, syncManifests } from "../harness/talosSync.ts";

const old = renderOldScript().manifest;
const { manifest } = plan({ ...devStack, ...chartArgs(), namespace: "cilium", routing: { mode: "tunnel" } });
// What the document says that goes by hand.
const [, hubbles = ""] =
  /--namespace cilium delete (.*)$/m.exec(readFileSync(join(root, "docs", "from-the-old-script.md"), "utf8")) ??
  assert.fail("the step is not there");

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
const config = () => (cluster.get("configmap", "cilium-config", "cilium")?.["data"] ?? {}) as Record<string, string>;
const uid = () => cluster.get("daemonset", "cilium", "cilium")?.metadata["uid"];
const left = () => hubbles.split(" ").filter((object) => cluster.kubectl(["get", object, "--namespace", "cilium"]).ok);

test("by kubectl: nothing of the old manifest is left but what goes by hand", () => {
  kubectl("apply --filename -", old.yaml);
  assert.equal(config()["hubble-disable-tls"], "false");
  const before = uid();
  kubectl("apply --server-side --force-conflicts --filename -", manifest.yaml);
  assert.equal(uid(), before);
  const asked = manifest.entries.find(({ name }) => name === "ConfigMap cilium/cilium-config")?.object["data"];
  assert.deepEqual(config(), asked);
  const names = new Set(manifest.entries.map(({ name }) => name));
  const gone = old.entries.flatMap(({ name, object }) =>
    names.has(name) ? [] : [`${object.kind.toLowerCase()}/${object.metadata.name}`],
  );
  assert.deepEqual(hubbles.split(" ").sort(), gone.sort());
  assert.equal(left().length, 3);
  kubectl(`--namespace cilium delete ${hubbles}`);
});

test("by Talos 1.13: the sync takes away what only the old manifest had, and keeps the rest", () => {
  syncManifests(cluster, talosOwnManifest + old.yaml);
  const before = uid();
  const changes = syncManifests(cluster, talosOwnManifest + manifest.yaml);
  assert.equal(changes["deleted"], 3, JSON.stringify(changes));
  assert.deepEqual([uid(), left()], [before, []]);
  assert.deepEqual(syncManifests(cluster, talosOwnManifest + manifest.yaml), { unchanged: manifest.entries.length + 1 });
});

test("by Talos 1.12: what only the old manifest had stays", () => {
  syncManifests(cluster, talosOwnManifest + old.yaml, "update");
  const before = uid();
  syncManifests(cluster, talosOwnManifest + manifest.yaml, "update");
  assert.deepEqual([uid(), left().length], [before, 3]);
  assert.equal(config()["enable-hubble"], "false");
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";
import { forgetCilium, syncManifests as talosSync, talosOwnManifest } from "../harness/talosSync.ts";

const planFor = (ciliumVersion: string) => createPlan({ ...devStack, ...chartArgs(ciliumVersion), delivery: "machineConfig" });
const cilium = planFor("1.18.4");
const pools = cilium.loadBalancer?.yaml ?? assert.fail("there are no pools");
let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.apply(readGatewayApiCrds("v1.2.0"));
});
after(() => cluster.stop());

const sync = (stream: string, how?: "apply" | "update") => talosSync(cluster, stream, how);
const exists = (kind: string, name: string, namespace?: string) => cluster.get(kind, name, namespace) !== undefined;
const ciliumCount = cilium.manifest.entries.length;

test("Talos' sync of pools fails until the operator has registered their kinds, then it succeeds", async () => {
  assert.throws(
    () => sync(talosOwnManifest + cilium.manifest.yaml + pools),
    /no matches for kind "CiliumL(?:oadBalancerIPPool|2AnnouncementPolicy)"/,
  );
  assert.equal(exists("ciliumloadbalancerippool", "default-ip-pool"), false);
  // At boot Talos applies object by object, so Cilium itself gets installed.
  cluster.apply(cilium.manifest.yaml, "talos");
  await cluster.startOperator();
  await eventually(() => exists("crd", "ciliuml2announcementpolicies.cilium.io"), "the operator does not register its kinds");
  const syncSucceeds = () => {
    try {
      sync(talosOwnManifest + cilium.manifest.yaml + pools);
      return true;
    } catch {
      return false;
    }
  };
  await eventually(syncSucceeds, "Talos does not apply the pools", 60);
  assert(exists("ciliumloadbalancerippool", "default-ip-pool"));
});

test("a second sync changes nothing", () => {
  assert.deepEqual(sync(talosOwnManifest + cilium.manifest.yaml + pools), { unchanged: ciliumCount + 3 });
});

// This is why a policy with `loadBalancerClass` is rejected as an input.
test("the old script's policy makes a sync fail", () => {
  const policy = {
    apiVersion: "cilium.io/v2alpha1",
    kind: "CiliumL2AnnouncementPolicy",
    metadata: { name: "old" },
    spec: { loadBalancerClass: "io.cilium/l2-announcer" },
  };
  assert.throws(
    () => sync(`${talosOwnManifest}${cilium.manifest.yaml}${pools}---\n${JSON.stringify(policy)}\n`),
    /field not declared in schema/,
  );
});

test("a sync rolls out another version of Cilium, and deletes nothing", () => {
  const next = planFor("1.19.6");
  const { deleted, configured = 0, unchanged = 0 } = sync(talosOwnManifest + next.manifest.yaml + pools);
  assert.equal(deleted, undefined);
  assert(configured > 0 && unchanged > 0);
  const images = JSON.stringify(cluster.get("daemonset", "cilium", "kube-system")?.["spec"]);
  assert.match(images, /quay\.io\/cilium\/cilium:v1\.19\.6@/);
});

test("objects that are no longer in the machine config stay with Talos 1.12, and are deleted from 1.13 on", () => {
  sync(talosOwnManifest + cilium.manifest.yaml, "update");
  assert(exists("ciliumloadbalancerippool", "default-ip-pool"));
  assert((sync(talosOwnManifest + cilium.manifest.yaml)["deleted"] ?? 0) >= 2);
  assert.equal(exists("ciliumloadbalancerippool", "default-ip-pool"), false);
  assert(exists("daemonset", "cilium", "kube-system"));
});

test("after a hand-off by docs/hand-off.md, a sync deletes nothing of Cilium", () => {
  forgetCilium(cluster);
  assert.deepEqual(sync(talosOwnManifest), { unchanged: 1 });
  for (const { object } of cilium.manifest.entries)
    assert(exists(object.kind, object.metadata.name, object.metadata.namespace), object.metadata.name);
});

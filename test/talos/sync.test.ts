import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { plan } from "../../components/plan.ts";
import { chartArgs } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";
import { forgetCilium, talosOwnManifest, syncManifests as talosSync } from "../harness/talosSync.ts";

const planned = (ciliumVersion: string) => plan({ ...devStack, ...chartArgs(ciliumVersion), delivery: "machineConfig" });
const cilium = planned("1.18.4");
const pools = cilium.loadBalancer?.yaml ?? assert.fail("there are no pools");
let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.apply(readGatewayApiCrds("v1.2.0"));
});
after(() => cluster.stop());

const sync = (stream: string, how?: "apply" | "update") => talosSync(cluster, stream, how);
const present = (kind: string, name: string, namespace?: string) => cluster.get(kind, name, namespace) !== undefined;
const count = cilium.manifest.entries.length;

test("while the operator has not registered the kinds, Talos' sync of pools fails, and succeeds after it", async () => {
  assert.throws(
    () => sync(talosOwnManifest + cilium.manifest.yaml + pools),
    /no matches for kind "CiliumL(?:oadBalancerIPPool|2AnnouncementPolicy)"/,
  );
  assert.equal(present("ciliumloadbalancerippool", "default-ip-pool"), false);
  // At boot Talos applies object by object, so that Cilium itself is there.
  cluster.apply(cilium.manifest.yaml, "talos");
  await cluster.startOperator();
  await eventually(() => present("crd", "ciliuml2announcementpolicies.cilium.io"), "the operator does not register its kinds");
  await eventually(
    () => {
      try {
        sync(talosOwnManifest + cilium.manifest.yaml + pools);
        return true;
      } catch {
        return false;
      }
    },
    "Talos does not apply the pools",
    60,
  );
  assert(present("ciliumloadbalancerippool", "default-ip-pool"));
});

test("a second sync changes nothing", () => {
  assert.deepEqual(sync(talosOwnManifest + cilium.manifest.yaml + pools), { unchanged: count + 3 });
});

test("the old script's policy stops a sync, which is why it is a problem here", () => {
  const policy = {
    ...{ apiVersion: "cilium.io/v2alpha1", kind: "CiliumL2AnnouncementPolicy", metadata: { name: "old" } },
    spec: { loadBalancerClass: "io.cilium/l2-announcer" },
  };
  assert.throws(
    () => sync(`${talosOwnManifest}${cilium.manifest.yaml}${pools}---\n${JSON.stringify(policy)}\n`),
    /field not declared in schema/,
  );
});

test("another version of Cilium is rolled out by a sync, and nothing else is touched", () => {
  const next = planned("1.19.6");
  const { deleted, configured = 0, unchanged = 0 } = sync(talosOwnManifest + next.manifest.yaml + pools);
  assert.equal(deleted, undefined);
  assert(configured > 0 && unchanged > 0);
  const images = JSON.stringify(cluster.get("daemonset", "cilium", "kube-system")?.["spec"]);
  assert.match(images, /quay\.io\/cilium\/cilium:v1\.19\.6@/);
});

test("what has left the machine config stays with Talos 1.12, and is deleted from 1.13 on", () => {
  sync(talosOwnManifest + cilium.manifest.yaml, "update");
  assert(present("ciliumloadbalancerippool", "default-ip-pool"));
  assert((sync(talosOwnManifest + cilium.manifest.yaml)["deleted"] ?? 0) >= 2);
  assert.equal(present("ciliumloadbalancerippool", "default-ip-pool"), false);
  assert(present("daemonset", "cilium", "kube-system"));
});

test("handed over as docs/hand-off.md says, nothing of Cilium is deleted", () => {
  forgetCilium(cluster);
  assert.deepEqual(sync(talosOwnManifest), { unchanged: 1 });
  for (const { object } of cilium.manifest.entries)
    assert(present(object.kind, object.metadata.name, object.metadata.namespace), object.metadata.name);
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../../commands/stack.ts";
import { plan } from "../../components/plan.ts";
import { chartArgs } from "../fixtures/charts.ts";
import { Cluster, eventually } from "../fixtures/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { gatewayApiCrds } from "../fixtures/gatewayApi.ts";

const planned = (ciliumVersion: string) => plan({ ...devStack, ...chartArgs(ciliumVersion), delivery: "machineConfig" });
const cilium = planned("1.18.4");
const pools = cilium.loadBalancer?.yaml ?? assert.fail("there are no pools");
// Stands for what Talos has of its own among the manifests.
const own = `---\n${JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "own", namespace: "kube-system" } })}\n`;
const inventory = "talos-bootstrap-manifests-inventory";

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.apply(gatewayApiCrds("v1.2.0"));
});
after(() => cluster.stop());

/** Syncs as `talosctl upgrade-k8s` of Talos 1.13 does, or of 1.12: what became of how many objects. */
function sync(stream: string, how: "apply" | "update" = "apply"): Readonly<Record<string, number>> {
  const { status, stdout, stderr } = spawnSync("talos-sync", [how, cluster.kubeconfig], { input: stream, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  const actions = stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ")[0] ?? ""]));
  return Object.fromEntries(
    Object.entries(Object.groupBy(actions, (action) => action)).map(([key, all]) => [key, all?.length ?? 0]),
  );
}
const present = (kind: string, name: string, namespace?: string) => cluster.get(kind, name, namespace) !== undefined;
const count = cilium.manifest.entries.length;

test("while the operator has not registered the kinds, Talos' sync of pools fails, and succeeds after it", async () => {
  assert.throws(
    () => sync(own + cilium.manifest.yaml + pools),
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
        sync(own + cilium.manifest.yaml + pools);
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
  assert.deepEqual(sync(own + cilium.manifest.yaml + pools), { unchanged: count + 3 });
});

test("the old script's policy stops a sync, which is why it is a problem here", () => {
  const policy = {
    ...{ apiVersion: "cilium.io/v2alpha1", kind: "CiliumL2AnnouncementPolicy", metadata: { name: "old" } },
    spec: { loadBalancerClass: "io.cilium/l2-announcer" },
  };
  assert.throws(
    () => sync(`${own}${cilium.manifest.yaml}${pools}---\n${JSON.stringify(policy)}\n`),
    /field not declared in schema/,
  );
});

test("another version of Cilium is rolled out by a sync, and nothing else is touched", () => {
  const next = planned("1.19.6");
  const { deleted, configured = 0, unchanged = 0 } = sync(own + next.manifest.yaml + pools);
  assert.equal(deleted, undefined);
  assert(configured > 0 && unchanged > 0);
  const images = JSON.stringify(cluster.get("daemonset", "cilium", "kube-system")?.["spec"]);
  assert.match(images, /quay\.io\/cilium\/cilium:v1\.19\.6@/);
});

test("what has left the machine config stays with Talos 1.12, and is deleted from 1.13 on", () => {
  sync(own + cilium.manifest.yaml, "update");
  assert(present("ciliumloadbalancerippool", "default-ip-pool"));
  assert((sync(own + cilium.manifest.yaml)["deleted"] ?? 0) >= 2);
  assert.equal(present("ciliumloadbalancerippool", "default-ip-pool"), false);
  assert(present("daemonset", "cilium", "kube-system"));
});

test("handed over as docs/hand-off.md says, nothing of Cilium is deleted", () => {
  const steps = readFileSync(join(root, "docs", "hand-off.md"), "utf8");
  const [, pattern = ""] = /select\(\.key \| test\("([^"]+)"\) \| not\)/.exec(steps) ?? assert.fail("the step is not there");
  const { data, ...rest } = cluster.get("configmap", inventory, "kube-system") ?? assert.fail("there is no inventory");
  const kept = Object.entries(data as object).filter(([key]) => !new RegExp(pattern).test(key));
  assert.equal(kept.length, 1, kept.join("\n"));
  const replaced = JSON.stringify({ ...rest, data: Object.fromEntries(kept) });
  const { ok, said } = cluster.kubectl(["replace", "--filename", "-"], replaced);
  assert(ok, said);
  assert.deepEqual(sync(own), { unchanged: 1 });
  for (const { object } of cilium.manifest.entries)
    assert(present(object.kind, object.metadata.name, object.metadata.namespace), object.metadata.name);
});

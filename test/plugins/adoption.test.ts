import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { root } from "../../commands/lib/root.ts";
import { programIn } from "../../commands/lib/stack.ts";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { withChartStack } from "../harness/chartStack.ts";
import { Cluster } from "../harness/cluster.ts";
import { operationError, preview, up } from "../harness/operations.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";
import { forgetCilium, syncManifests, talosOwnManifest } from "../harness/talosSync.ts";

const folder = join(root, "examples", "existing-cluster");
const example = programIn(folder);
const config = { context: "test", loadBalancer: {}, kubernetesVersion: "1.34.2" };
const crd = "gateways.gateway.networking.k8s.io";

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
afterEach(() => cluster.stop());

const uidOf = (kind: string, name: string) => cluster.get(kind, name, "kube-system")?.metadata["uid"];
/** The UIDs of some of Cilium's objects: they change when an object is recreated. */
const ciliumUids = () => [
  uidOf("daemonset", "cilium"),
  uidOf("deployment", "cilium-operator"),
  uidOf("configmap", "cilium-config"),
];

test("an `up` fails on objects that Talos created, and takes them over with the example's `adopt: true`", async () => {
  cluster.apply(readGatewayApiCrds("v1.4.1"), "talos");
  cluster.apply(createPlan({ ...devStack, ...chartArgs() }).manifest.yaml, "talos");
  const uidsBefore = ciliumUids();
  await withChartStack(
    cluster,
    config,
    async (stack) => {
      assert.match(await operationError("up", stack, folder), /already exists/);
      stack.configure(stack.configWith({ adopt: true }));
      await up(stack);
      assert.deepEqual(ciliumUids(), uidsBefore);
      assert.deepEqual(await preview(stack), []);

      stack.configure(stack.configWith({ adopt: false }));
      assert.deepEqual(await up(stack), ["update kubernetes cluster"]);
      assert.deepEqual(await preview(stack), []);

      // Talos is still recorded as an owner of every field, but a change does not conflict.
      stack.configure(stack.configWith({ adopt: false, podCidr: "10.42.0.0/16", allowUnsafeChanges: ["podCidr"] }));
      await up(stack);
      const data = cluster.get("configmap", "cilium-config", "kube-system")?.["data"] as Record<string, string>;
      assert.equal(data["ipv4-native-routing-cidr"], "10.42.0.0/16");
      assert.deepEqual(ciliumUids(), uidsBefore);
    },
    example,
  );
});

test("a hand-off from the machine config by docs/hand-off.md recreates no object", async () => {
  const cilium = createPlan({ ...devStack, ...chartArgs(), gatewayApi: { enabled: false }, delivery: "machineConfig" }).manifest;
  syncManifests(cluster, talosOwnManifest + cilium.yaml);
  const uidsBefore = ciliumUids();
  const args = { loadBalancer: {}, gatewayApi: { enabled: false } };
  await withChartStack(cluster, { ...args, "kubernetes:upsertExistingObjects": "true" }, async (stack) => {
    await up(stack);
    stack.configure(stack.configWith(args));
    await up(stack);
    forgetCilium(cluster);
    // The machine config no longer has the entry, as after step 2.
    assert.deepEqual(syncManifests(cluster, talosOwnManifest), { unchanged: 1 });
    assert.deepEqual(ciliumUids(), uidsBefore);
    for (const { object, name } of cilium.entries)
      assert(cluster.get(object.kind, object.metadata.name, object.metadata.namespace), `${name} is gone`);
    assert.deepEqual(await preview(stack), []);
  });
});

test("the repository's own program takes objects over with `upsertExistingObjects`", { timeout: 200_000 }, async () => {
  cluster.apply(createPlan({ ...devStack, ...chartArgs(), gatewayApi: { enabled: false } }).manifest.yaml, "talos");
  const uidsBefore = ciliumUids();
  const args = { loadBalancer: {}, "kubernetes:upsertExistingObjects": "true" };
  await withChartStack(cluster, args, async (stack) => {
    await up(stack);
    assert.deepEqual(ciliumUids(), uidsBefore);
  });
});

test("Gateway API CRDs of another owner and release stay unchanged, even with `adopt: true`", async () => {
  cluster.apply(readGatewayApiCrds("v1.2.0"), "another-controller");
  await withChartStack(
    cluster,
    { ...config, adopt: true },
    async (stack) => {
      assert.match(await operationError("up", stack, folder), /another-controller/);
      const annotations = cluster.get("crd", crd)?.metadata["annotations"] as Record<string, string>;
      assert.equal(annotations["gateway.networking.k8s.io/bundle-version"], "v1.2.0");
      assert.equal(cluster.get("daemonset", "cilium", "kube-system"), undefined);
    },
    example,
  );
});

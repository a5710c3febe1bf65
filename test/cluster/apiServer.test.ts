import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { createPlan } from "../../components/plan.ts";
import { ciliumMinor } from "../../components/versions/supported.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs, readAsKubernetes, releases } from "../harness/charts.ts";
import { Cluster } from "../harness/cluster.ts";
import { differences } from "../harness/differences.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
});
after(() => cluster.stop());

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion}: a real API server accepts every object in strict mode, and returns every field that was sent`, () => {
    cluster.apply(readGatewayApiCrds(ciliumMinor(ciliumVersion)?.gatewayApi ?? ""));
    const hubble = { enabled: true, relay: true, ui: true };
    for (const args of [devStack, { ...devStack, namespace: "cilium", hubble }]) {
      const { manifest } = createPlan({ ...args, ...chartArgs(ciliumVersion) });
      cluster.apply(manifest.yaml);
      const { output } = cluster.kubectl(["get", "--filename", "-", "--output", "json"], manifest.yaml);
      const { items } = JSON.parse(output) as { items: KubernetesObject[] };
      const sentObjects = readAsKubernetes(manifest.yaml) as readonly KubernetesObject[];
      assert.deepEqual(items.map(nameOf), sentObjects.map(nameOf));
      for (const [index, item] of items.entries()) assert.deepEqual(differences(sentObjects[index], item), [], nameOf(item));
    }
  });
}

// A control: this API server does reject what is wrong.
test("the API server rejects an unknown field, and an object whose namespace is missing", () => {
  const wrong = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "wrong" }, date: {} };
  assert.throws(() => {
    cluster.apply(JSON.stringify(wrong));
  }, /date/);
  assert.throws(() => {
    cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "lost", namespace: "nowhere" } }));
  }, /namespaces "nowhere" not found/);
});

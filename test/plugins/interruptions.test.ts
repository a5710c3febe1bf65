import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { KubernetesObject } from "../../components/kubernetesYaml.ts";
import { nameOf } from "../../components/manifest.ts";
import { withChartStack, type ChartStack } from "../fixtures/chartStack.ts";
import { Cluster, eventually } from "../fixtures/cluster.ts";
import { failure, preview, up } from "../fixtures/operations.ts";

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
afterEach(() => cluster.stop());

const installed = (kind: string, name: string) =>
  eventually(() => cluster.get(kind, name, "kube-system") !== undefined, `${kind} ${name} does not come`, 120);

test("without the API server, preview is one clear error", async () => {
  await cluster.stopApiServer();
  await withChartStack(cluster, {}, async (stack) => {
    assert.match(await failure("preview", stack), /^[^\n]*configured Kubernetes cluster is unreachable: .*$/);
  });
});

test("an up that loses the API server half way ends, run again, as an undisturbed one", { timeout: 400_000 }, async () => {
  const disturbed = await withChartStack(cluster, {}, async (stack) => {
    const done = failure("up", stack);
    await installed("daemonset", "cilium");
    await cluster.stopApiServer();
    await done;
    await cluster.startApiServer();
    return end(cluster, stack);
  });
  const other = await Cluster.start();
  try {
    other.startNodes("one");
    assert.deepEqual(disturbed, await withChartStack(other, {}, (stack) => end(other, stack)));
  } finally {
    await other.stop();
  }
});

/** Where the state and the cluster are after an `up`: nothing is left to do, and the same objects are there. */
async function end(cluster: Cluster, stack: ChartStack) {
  const done = up(stack);
  await eventually(() => cluster.get("configmap", "cilium-config", "kube-system") !== undefined, "nothing is installed", 120);
  await cluster.startOperator();
  await done;
  assert.deepEqual(await preview(stack), []);
  const { deployment } = (await stack.stack.exportStack()) as { deployment: { resources: { urn: string; inputs: unknown }[] } };
  const kinds = "daemonsets,deployments,configmaps,services,clusterroles,roles,crds,ciliumloadbalancerippools";
  const { said } = cluster.kubectl(["get", kinds, "--all-namespaces", "--output", "json"]);
  // In `default` is the Service of the API server itself, with its port.
  const items = (JSON.parse(said) as { items: KubernetesObject[] }).items.filter((item) => item.metadata.namespace !== "default");
  return {
    state: deployment.resources
      .map(({ urn }) => urn)
      .filter((urn) => !urn.includes("::pulumi:providers:"))
      .sort(),
    cluster: items.map((item) => [nameOf(item), item["spec"] ?? item["data"] ?? item["rules"]]),
  };
}

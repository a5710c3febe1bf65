import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../commands/lib/stack.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import { plan } from "../../components/plan.ts";
import { withChartStack, type ChartStack } from "../harness/chartStack.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { operationError, preview, up } from "../harness/operations.ts";

const pool = "CiliumLoadBalancerIPPool cilium-lb-default-ip-pool";

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
afterEach(() => cluster.stop());

test("without the API server, preview is one clear error", async () => {
  await cluster.stopApiServer();
  await withChartStack(cluster, {}, async (stack) => {
    assert.match(await operationError("preview", stack), /^[^\n]*configured Kubernetes cluster is unreachable: .*$/);
  });
});

// Where an `up` stands is what the engine says: with the chart installed and the operator not there, the first pool is being tried.
test("an up that loses the API server half way ends, run again, as an undisturbed one", { timeout: 400_000 }, async () => {
  const disturbed = await withChartStack(cluster, {}, async (stack) => {
    const steps: string[] = [];
    const done = operationError("up", stack, root, (step) => steps.push(step));
    await eventually(() => steps.includes(`starts ${pool}`), "the pools are not reached", 200);
    await cluster.stopApiServer();
    assert.match(await done, /connection refused|unreachable|EOF|connection reset/);
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

// While it waits for pods, the Kubernetes plugin bears the API server's absence, for ten minutes at most.
test("an up that waits for pods goes on by itself when the API server comes back", { timeout: 400_000 }, async () => {
  const empty = await Cluster.start();
  try {
    await withChartStack(empty, { loadBalancer: {} }, async (stack) => {
      const [begun, finished] = [new Set<string>(), new Set<string>()];
      const done = up(stack, (step) => {
        const [, what, resource = ""] = /^(starts|ends) (\w+ cilium:.*)$/.exec(step) ?? [];
        if (what !== undefined) (what === "starts" ? begun : finished).add(resource);
      });
      const objects = plan(stack.configWith({})).manifest.entries.map(({ object }) => object.kind);
      const withPods = objects.filter((kind) => kind === "DaemonSet" || kind === "Deployment");
      // There is neither a controller nor a node yet, so what has pods is not ready.
      const waitsForPods = () => begun.size === objects.length && finished.size === objects.length - withPods.length;
      await Promise.race([done, eventually(waitsForPods, "it does not come to wait for pods", 200)]);
      await empty.stopApiServer();
      await sleep(5000);
      await empty.startApiServer();
      empty.startNodes("one");
      await done;
      assert.deepEqual(await preview(stack), []);
    });
  } finally {
    await empty.stop();
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
  const { output } = cluster.kubectl(["get", kinds, "--all-namespaces", "--output", "json"]);
  // In `default` is the Service of the API server itself, with its port.
  const items = (JSON.parse(output) as { items: KubernetesObject[] }).items.filter(
    (item) => item.metadata.namespace !== "default",
  );
  return {
    state: deployment.resources
      .map(({ urn }) => urn)
      .filter((urn) => !urn.includes("::pulumi:providers:"))
      .sort(),
    cluster: items.map((item) => [nameOf(item), item["spec"] ?? item["data"] ?? item["rules"]]),
  };
}

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../commands/lib/root.ts";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { createPlan } from "../../components/plan.ts";
import { type ChartStack, withChartStack } from "../harness/chartStack.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { operationError, preview, up } from "../harness/operations.ts";

const pool = "CiliumLoadBalancerIPPool cilium-lb-default-ip-pool";

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
afterEach(() => cluster.stop());

test("without the API server, a preview gives one error that says so", async () => {
  await cluster.stopApiServer();
  await withChartStack(cluster, {}, async (stack) => {
    assert.match(await operationError("preview", stack), /^[^\n]*configured Kubernetes cluster is unreachable: .*$/);
  });
});

// The engine's events tell how far an `up` is: with the chart installed and no operator, it keeps trying the first pool.
test("an `up` that lost the API server ends like an undisturbed one when it is run again", { timeout: 400_000 }, async () => {
  const disturbed = await withChartStack(cluster, {}, async (stack) => {
    const steps: string[] = [];
    const failing = operationError("up", stack, root, (step) => steps.push(step));
    await eventually(() => steps.includes(`starts ${pool}`), "the `up` does not reach the pools", 200);
    await cluster.stopApiServer();
    assert.match(await failing, /connection refused|unreachable|EOF|connection reset/);
    await cluster.startApiServer();
    return finishUp(cluster, stack);
  });
  const otherCluster = await Cluster.start();
  try {
    otherCluster.startNodes("one");
    const undisturbed = await withChartStack(otherCluster, {}, (stack) => finishUp(otherCluster, stack));
    assert.deepEqual(disturbed, undisturbed);
  } finally {
    await otherCluster.stop();
  }
});

// While it waits for pods, the Kubernetes plugin tolerates a missing API server for ten minutes.
test("an `up` that waits for pods continues by itself when the API server comes back", { timeout: 400_000 }, async () => {
  const clusterWithoutNodes = await Cluster.start();
  try {
    await withChartStack(clusterWithoutNodes, { loadBalancer: {} }, async (stack) => {
      const started = new Set<string>();
      const finished = new Set<string>();
      const running = up(stack, (step) => {
        const [, event, resource = ""] = /^(starts|ends) (\w+ cilium:.*)$/.exec(step) ?? [];
        if (event === "starts") started.add(resource);
        if (event === "ends") finished.add(resource);
      });
      const kinds = createPlan(stack.configWith({})).manifest.entries.map(({ object }) => object.kind);
      const kindsWithPods = kinds.filter((kind) => kind === "DaemonSet" || kind === "Deployment");
      // There is neither a controller nor a node yet, so objects with pods do not become ready.
      const waitsForPods = () => started.size === kinds.length && finished.size === kinds.length - kindsWithPods.length;
      await Promise.race([running, eventually(waitsForPods, "the `up` does not reach the wait for pods", 200)]);
      await clusterWithoutNodes.stopApiServer();
      await sleep(5000);
      await clusterWithoutNodes.startApiServer();
      clusterWithoutNodes.startNodes("one");
      await running;
      assert.deepEqual(await preview(stack), []);
    });
  } finally {
    await clusterWithoutNodes.stop();
  }
});

/** Runs an `up` to its end, and returns the resources in the state and the objects in the cluster. */
async function finishUp(cluster: Cluster, stack: ChartStack) {
  const running = up(stack);
  await eventually(
    () => cluster.get("configmap", "cilium-config", "kube-system") !== undefined,
    "cilium-config is not installed",
    120,
  );
  await cluster.startOperator();
  await running;
  assert.deepEqual(await preview(stack), []);
  const { deployment } = (await stack.stack.exportStack()) as { deployment: { resources: { urn: string; inputs: unknown }[] } };
  const kinds = "daemonsets,deployments,configmaps,services,clusterroles,roles,crds,ciliumloadbalancerippools";
  const { output } = cluster.kubectl(["get", kinds, "--all-namespaces", "--output", "json"]);
  // The namespace `default` has the Service of the API server itself, whose port differs from run to run.
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

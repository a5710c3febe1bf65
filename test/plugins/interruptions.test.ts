import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../commands/lib/root.ts";
import { createPlan } from "../../components/plan.ts";
import { withChartStack } from "../harness/chartStack.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { endInOtherCluster, endOf, upWithOperator } from "../harness/endOfUp.ts";
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
  const disturbed = await endOf(cluster, {}, async (_, stack) => {
    const steps: string[] = [];
    const failing = operationError("up", stack, root, (step) => steps.push(step));
    await eventually(() => steps.includes(`starts ${pool}`), "the `up` does not reach the pools", 200);
    await cluster.stopApiServer();
    assert.match(await failing, /connection refused|unreachable|EOF|connection reset/);
    await cluster.startApiServer();
    await upWithOperator(cluster, stack);
  });
  assert.deepEqual(disturbed, await endInOtherCluster({}, upWithOperator));
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

// A separate file, so that its long wait runs next to other tests.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withChartStack } from "../harness/chartStack.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { preview, up } from "../harness/operations.ts";

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
after(() => cluster.stop());

test("an `up` waits for an operator that starts two minutes late", { timeout: 400_000 }, async () => {
  await withChartStack(cluster, {}, async (stack) => {
    const running = up(stack);
    await eventually(
      () => cluster.get("configmap", "cilium-config", "kube-system") !== undefined,
      "cilium-config is not installed",
      120,
    );
    await sleep(120_000);
    await cluster.startOperator();
    const steps = await running;
    assert(steps.includes("create CiliumL2AnnouncementPolicy cilium-lb-default-l2-announcement"), steps.join("\n"));
    assert.deepEqual(await preview(stack), []);
  });
});

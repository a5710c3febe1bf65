// A file of its own, because it waits for most of the time.
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

test("an operator that comes two minutes late is waited for", { timeout: 400_000 }, async () => {
  await withChartStack(cluster, {}, async (stack) => {
    const done = up(stack);
    await eventually(() => cluster.get("configmap", "cilium-config", "kube-system") !== undefined, "nothing is installed", 120);
    await sleep(120_000);
    await cluster.startOperator();
    const steps = await done;
    assert(steps.includes("create CiliumL2AnnouncementPolicy cilium-lb-default-l2-announcement"), steps.join("\n"));
    assert.deepEqual(await preview(stack), []);
  });
});

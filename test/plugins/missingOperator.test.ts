// A file of its own, because it waits for most of the time.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { withChartStack } from "../harness/chartStack.ts";
import { Cluster } from "../harness/cluster.ts";
import { operationError, up } from "../harness/operations.ts";

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
after(() => cluster.stop());

test("an operator that does not come is one error, and the next up goes on from there", { timeout: 400_000 }, async () => {
  await withChartStack(cluster, {}, async (stack) => {
    const { loadBalancer } = stack.configWith({});
    stack.configure(stack.configWith({ loadBalancer: { ...loadBalancer, operatorTimeout: "30s" } }));
    assert.match(
      await operationError("up", stack),
      /^[^\n]*operator has not registered the kind CiliumLoadBalancerIPPool within 30s .*$/,
    );
    await cluster.startOperator();
    assert.deepEqual(await up(stack), [
      "create CiliumL2AnnouncementPolicy cilium-lb-default-l2-announcement",
      "create CiliumLoadBalancerIPPool cilium-lb-default-ip-pool",
    ]);
  });
});

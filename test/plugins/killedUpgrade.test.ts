import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ChartStack } from "../harness/chartStack.ts";
import { Cluster } from "../harness/cluster.ts";
import { endInOtherCluster, endOf, upWithOperator } from "../harness/endOfUp.ts";
import { killAfterEachResource } from "../harness/killedUp.ts";
import { up } from "../harness/operations.ts";

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
after(() => cluster.stop());

test("an upgrade that is killed after each resource in turn ends like an undisturbed one", { timeout: 1_000_000 }, async () => {
  const older = { ciliumVersion: "1.18.4" };
  const upgradeBy = (upgrade: typeof killAfterEachResource) => async (ofCluster: Cluster, stack: ChartStack) => {
    await upWithOperator(ofCluster, stack);
    await upgrade(stack, { ciliumVersion: "1.19.6" });
    // The plugin may record a Service as it was before the update, so the next `up` updates it once more.
    await up(stack);
  };
  const killed = await endOf(cluster, older, upgradeBy(killAfterEachResource));
  const undisturbed = upgradeBy(async (stack, changes) => {
    stack.configure(stack.configWith(changes));
    await up(stack);
  });
  assert.deepEqual(killed, await endInOtherCluster(older, undisturbed));
});

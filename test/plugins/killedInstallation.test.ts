import assert from "node:assert/strict";
import { after, before, test } from "node:test";
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

test("a first `up` that is killed after each resource in turn ends like an undisturbed one", { timeout: 1_000_000 }, async () => {
  const killed = await endOf(cluster, {}, async (_, stack) => {
    await Promise.all([killAfterEachResource(stack, {}), cluster.startOperatorWhenInstalled("kube-system", 600)]);
    await up(stack);
  });
  assert.deepEqual(killed, await endInOtherCluster({}, upWithOperator));
});

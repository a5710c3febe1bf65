import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { announcingNode, observe, withoutApiServer, withWrongClock } from "../harness/faults.ts";
import { isolate } from "../harness/isolation.ts";
import { fetchPage, webService } from "../harness/lanClient.ts";
import { connectNewcomer } from "../harness/newcomer.ts";
import { VirtualLan } from "../harness/virtualLan.ts";

isolate();

// docs/reliability.md has figures of longer faults.
const exported = createPlan({ ...devStack, ...chartArgs() });
const address = "192.168.1.200";
let lan: VirtualLan;

before(async () => {
  lan = await VirtualLan.start(exported);
  for (let number = 1; number <= 2; number++) await lan.addNode();
  connectNewcomer();
  lan.cluster.apply(exported.loadBalancer?.yaml ?? assert.fail("there is no pool"));
  lan.cluster.apply(webService("web", lan.nodes));
  await eventually(async () => (await fetchPage(address)) !== undefined, `no web server answers at ${address}`);
});
after(() => lan.stop());

test("without the API server, a client that knows the address gets answers, and afterwards a node announces it again", async () => {
  const { requests, lost } = await observe(address, async () => {
    await withoutApiServer(lan, 20);
    await announcingNode(lan);
    await sleep(15_000);
  });
  assert(requests > 400, `only ${requests} requests`);
  assert.equal(lost, 0);
  await eventually(async () => (await fetchPage(address)) !== undefined, `no web server answers at ${address}`);
});

test("without an operator, an address answers, and a new Service gets one as soon as there is an operator", async () => {
  await lan.killOperator();
  lan.cluster.apply(webService("late", lan.nodes));
  const { lost } = await observe(address, () => sleep(5_000));
  assert.equal(lost, 0);
  await lan.startOperator();
  await eventually(async () => (await fetchPage("192.168.1.201")) !== undefined, "the new Service does not answer");
});

test("an agent that is killed without notice costs no answer, and announces again after its restart", async () => {
  const node = await announcingNode(lan);
  const { lost } = await observe(address, async () => {
    await node.killAgent();
    await node.startAgent();
  });
  assert.equal(lost, 0);
  await eventually(async () => (await fetchPage(address)) !== undefined, `no web server answers at ${address}`);
});

for (const hours of [-1, 1]) {
  test(`a lease is judged by when it changes, not by a clock that is ${hours} h ahead`, async () => {
    const { keptWhileRenewed, takeoverSeconds } = await withWrongClock(lan, hours * 3_600, 20);
    assert(keptWhileRenewed, "another node takes over a lease that is renewed");
    assert(takeoverSeconds > 14 && takeoverSeconds < 30, `${takeoverSeconds} s`);
  });
}

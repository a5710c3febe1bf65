// Starts a LAN with one node, prints `ready`, and stops the LAN when standard input ends.
import { once } from "node:events";
import { createPlan } from "../../components/plan.ts";
import { chartArgs } from "../harness/charts.ts";
import { isolate } from "../harness/isolation.ts";
import { VirtualLan } from "../harness/virtualLan.ts";

isolate();

const lan = await VirtualLan.start(createPlan(chartArgs()));
try {
  await lan.addNode();
  console.log("ready");
  await once(process.stdin.resume(), "end");
} finally {
  await lan.stop();
}

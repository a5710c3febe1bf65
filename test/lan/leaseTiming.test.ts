import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { loadBalancerObjects } from "../../components/cilium/loadBalancer/objects.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { createManifest } from "../../components/kubernetes/manifest.ts";
import { createPlan } from "../../components/plan.ts";
import { InputError } from "../../components/support/problems.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { isolate } from "../harness/isolation.ts";
import { webService } from "../harness/lanClient.ts";
import { type LanNode } from "../harness/lanNode.ts";
import { renderInputs } from "../harness/renderInputs.ts";
import { VirtualLan } from "../harness/virtualLan.ts";

isolate();

let lan: VirtualLan;
let node: LanNode;
before(async () => {
  lan = await VirtualLan.start(createPlan(chartArgs()));
  node = await lan.addNode();
  await node.stopAgent();
});
after(() => lan.stop());

test("the agent replaces a lease timing that breaks the rules, and reports it only in its log", async () => {
  const args = { ...devStack, l2: { leaseDuration: "2s", leaseRenewDeadline: "3s" } };
  assert.throws(() => createPlan({ ...args, ...chartArgs() }), InputError);
  lan.cluster.apply(createManifest(renderInputs(args).objects).yaml);
  lan.cluster.apply(createManifest(loadBalancerObjects(resolveSettings(devStack))).yaml);
  lan.cluster.apply(webService("web", [node]));
  await node.startAgent();
  const logLine = "l2-announcements-lease-duration must be greater than --l2-announcements-renew-deadline, defaulting";
  await eventually(() => node.log().includes(logLine), "the agent does not replace the timing");
});

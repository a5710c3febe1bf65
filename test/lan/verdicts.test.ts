import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { loadBalancerObjects } from "../../components/cilium/loadBalancer/objects.ts";
import { manifestOf } from "../../components/kubernetes/manifest.ts";
import { plan } from "../../components/plan.ts";
import { InputError } from "../../components/support/problems.ts";
import { settingsOf } from "../../components/inputs/settings.ts";
import { validateWithChart } from "../../components/checks/validate.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { isolate } from "../harness/isolation.ts";
import { VirtualLan } from "../harness/virtualLan.ts";
import { type LanNode } from "../harness/lanNode.ts";
import { webService } from "../harness/lanClient.ts";
import { renderInputs } from "../harness/renderInputs.ts";

isolate();

let lan: VirtualLan;
let node: LanNode;
before(async () => {
  lan = await VirtualLan.start(plan(chartArgs()));
  node = await lan.addNode();
  await node.stopAgent();
});
after(() => lan.stop());

// What the checks refuse, and what the agent says to it.
const refused: readonly (readonly [args: TalosCiliumCniArgs, verdict: RegExp])[] = [
  [{ values: { routingMode: "vxlan" }, routing: { directRoutes: false } }, /invalid routing mode \\?"vxlan\\?"/],
  [{ values: { ipv4NativeRoutingCIDR: null } }, /native routing cidr must be configured/],
  [
    { values: { autoDirectNodeRoutes: true }, routing: { mode: "tunnel" } },
    /auto-direct-node-routes cannot be used with tunneling/,
  ],
];

for (const [args, verdict] of refused) {
  test(`the agent does not start with ${JSON.stringify(args.values)}`, async () => {
    assert.throws(() => validateWithChart({ ...args, ...chartArgs() }), InputError);
    lan.cluster.apply(manifestOf(renderInputs(args).objects).yaml);
    await assert.rejects(node.startAgent(), verdict);
  });
}

test("a lease timing that breaks the rules is replaced by the agent, which says so in its log only", async () => {
  const args = { ...devStack, l2: { leaseDuration: "2s", leaseRenewDeadline: "3s" } };
  assert.throws(() => validateWithChart({ ...args, ...chartArgs() }), InputError);
  lan.cluster.apply(manifestOf(renderInputs(args).objects).yaml);
  lan.cluster.apply(manifestOf(loadBalancerObjects(settingsOf(devStack))).yaml);
  lan.cluster.apply(webService("web", [node]));
  await node.startAgent();
  const said = "l2-announcements-lease-duration must be greater than --l2-announcements-renew-deadline, defaulting";
  await eventually(() => node.log().includes(said), "the agent takes the timing as it is");
});

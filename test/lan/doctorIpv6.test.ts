// Findings of the doctor about IPv6, with real agents that do not know neighbor discovery, and after their upgrade.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Diagnosis } from "../../components/doctor/examine.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createPlan } from "../../components/plan.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { isolate } from "../harness/isolation.ts";
import { answersNdp, webService } from "../harness/lanClient.ts";
import { createPods, diagnoseLan } from "../harness/lanDoctor.ts";
import { VirtualLan } from "../harness/virtualLan.ts";

isolate();

const dualStack: TalosCiliumCniArgs = {
  podCidr: "10.244.0.0/16,fd00:10:244::/56",
  serviceCidr: "10.96.0.0/12,fd00:10:96::/108",
  l2: { enabled: true },
};
const blocks = [{ cidr: "192.168.1.200/29" }, { cidr: "2001:db8:1::200/125" }];
const before119 = createPlan({ ...dualStack, ...chartArgs("1.18.4") });
const upgraded = createPlan({
  ...dualStack,
  ...chartArgs("1.19.6"),
  loadBalancer: { ipPools: [{ name: "lan", blocks }], l2Policies: [{ name: "lan" }] },
});
const address = "2001:db8:1::200";
let lan: VirtualLan;

before(async () => {
  lan = await VirtualLan.start(before119);
  for (let number = 1; number <= 2; number++) await lan.addNode();
  createPods(lan);
  // The inputs of this project refuse such a pool before 1.19.
  lan.cluster.apply(upgraded.loadBalancer?.yaml ?? assert.fail("there is no pool"));
  lan.cluster.apply(webService("web", lan.nodes, { ipFamilies: ["IPv6"] }));
});
after(() => lan.stop());

let last: Diagnosis;
/** Waits until all findings are of this rule, or there is none. Returns the first problem. */
async function onlyFinding(rule: string | undefined, seconds = 40): Promise<string> {
  await eventually(
    async () => {
      last = await diagnoseLan(lan);
      return [...new Set(last.findings.map((finding) => finding.rule))].join() === (rule ?? "");
    },
    () => `the only finding is not ${rule}: ${JSON.stringify(last.findings)}`,
    seconds,
  );
  return last.findings[0]?.problem ?? "";
}

test("an agent of 1.18 does not answer for an IPv6 address", async () => {
  assert.equal(await onlyFinding("ipv6-before-1.19"), `the agents are of Cilium 1.18.4, which does not answer for ${address}`);
  assert.equal(await answersNdp(address), false);
});

test("after the upgrade that the doctor advises, the address answers by neighbor discovery", async () => {
  await lan.replaceOperator(upgraded);
  await lan.restartAgents();
  await onlyFinding(undefined, 90);
  assert.deepEqual(
    last.services[0]?.steps.map(({ state }) => state),
    ["ok", "ok", "ok", "notUsed", "ok"],
  );
});

test("an address whose node has no network is silent", async () => {
  const lease = lan.cluster.get("lease", "cilium-l2announce-default-web", "kube-system");
  const { holderIdentity } = lease?.["spec"] as { holderIdentity?: string };
  const holder = lan.nodes.find(({ name }) => name === holderIdentity) ?? assert.fail(`${holderIdentity} is no node`);
  holder.unplug();
  assert.equal(
    await onlyFinding("silent-on-the-lan", 15),
    `this machine is in the subnet of ${address}, and nobody answers for it, although ${holder.name} announces it`,
  );
  await holder.boot();
  await onlyFinding(undefined, 90);
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createPlan } from "../../components/plan.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { isolate } from "../harness/isolation.ts";
import { answersForAddress, fetchPage, webService } from "../harness/lanClient.ts";
import type { LanNode } from "../harness/lanNode.ts";
import { VirtualLan } from "../harness/virtualLan.ts";

isolate();

const inputs: TalosCiliumCniArgs = {
  ...chartArgs("1.19.6"),
  podCidr: "10.244.0.0/16,fd00:10:244::/56",
  serviceCidr: "10.96.0.0/12,fd00:10:96::/108",
  lan: { subnets: ["192.168.1.0/24", "2001:db8:1::/64"] },
  loadBalancer: {
    ipPools: [{ name: "lan", blocks: [{ cidr: "192.168.1.200/29" }, { cidr: "2001:db8:1::200/125" }] }],
    l2Policies: [{ name: "lan" }],
  },
};
const exported = createPlan(inputs);
let lan: VirtualLan;
let nodes: readonly [LanNode, LanNode];

before(async () => {
  lan = await VirtualLan.start(exported);
  nodes = [await lan.addNode(), await lan.addNode()];
  lan.cluster.apply(exported.loadBalancer?.yaml ?? assert.fail("there is no pool"));
});
after(() => lan.stop());

/** The addresses of a Service, as its users see them in `kubectl get service`. */
function addressesOf(service: string): readonly string[] {
  const { loadBalancer } = lan.cluster.get("service", service)?.["status"] as { loadBalancer: { ingress?: { ip: string }[] } };
  return (loadBalancer.ingress ?? []).map(({ ip }) => ip);
}
async function waitForAnswers(address: string): Promise<void> {
  await eventually(() => answersForAddress(address), `nobody answers for ${address}`);
  await eventually(async () => (await fetchPage(address)) !== undefined, `no web server answers at ${address}`, 20);
}

test("a Service of two families answers on both of its addresses", async () => {
  lan.cluster.apply(webService("web", nodes, { ipFamilyPolicy: "RequireDualStack", ipFamilies: ["IPv4", "IPv6"] }));
  await eventually(() => addressesOf("web").length === 2, "the Service does not get two addresses");
  assert.deepEqual(addressesOf("web").toSorted(), ["192.168.1.200", "2001:db8:1::200"]);
  for (const address of addressesOf("web")) await waitForAnswers(address);
});

test("a Service of IPv6 alone answers on its address", async () => {
  lan.cluster.apply(webService("ipv6", nodes, { ipFamilies: ["IPv6"] }));
  await eventually(() => addressesOf("ipv6").length === 1, "the Service gets no address");
  assert.deepEqual(addressesOf("ipv6"), ["2001:db8:1::201"]);
  await waitForAnswers("2001:db8:1::201");
});

test("each node has a route to the pods of the other in both families", async () => {
  for (const [node, other] of [nodes, nodes.toReversed()] as [LanNode, LanNode][]) {
    for (const [index, range] of other.podRanges.entries()) {
      const family = index === 0 ? "-4" : "-6";
      const isRouted = () => node.ip(family, "route").includes(`${range} via ${other.addresses[index] ?? ""} dev eth0`);
      await eventually(isRouted, () => `${node.name} has no route to ${range}:\n${node.ip(family, "route")}`);
    }
  }
});

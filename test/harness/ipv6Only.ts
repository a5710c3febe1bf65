import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createPlan } from "../../components/plan.ts";
import { chartArgs } from "./charts.ts";
import { eventually } from "./cluster.ts";
import { fetchPage, webService } from "./lanClient.ts";
import type { LanNode } from "./lanNode.ts";
import { VirtualLan } from "./virtualLan.ts";

/**
 * Defines tests of a cluster without IPv4: the nodes have no IPv4 address but that of the loopback interface, where KubePrism listens.
 */
export function testIpv6Only(release: string, inputs: TalosCiliumCniArgs = {}): void {
  const exported = createPlan({ ...chartArgs(release), podCidr: "fd00:10:244::/56", serviceCidr: "fd00:10:96::/108", ...inputs });
  let lan: VirtualLan;
  let nodes: readonly [LanNode, LanNode];

  before(async () => {
    lan = await VirtualLan.start(exported);
    nodes = [await lan.addNode(), await lan.addNode()];
    if (exported.loadBalancer !== undefined) lan.cluster.apply(exported.loadBalancer.yaml);
    lan.cluster.apply(webService("web", nodes));
  });
  after(() => lan.stop());

  test(`the agents of ${release} start without IPv4, and a Service answers on the port of each node`, async () => {
    const { clusterIP, ports } = lan.cluster.get("service", "web")?.["spec"] as {
      clusterIP: string;
      ports: [{ nodePort: number }];
    };
    assert.match(clusterIP, /^fd00:10:96::/);
    for (const { address } of nodes) {
      assert.match(address, /^2001:db8:1::/);
      const answers = async () => (await fetchPage(address, ports[0].nodePort)) !== undefined;
      await eventually(answers, `no web server answers at ${address}`, 20);
    }
  });

  test("each node has a route to the pods of the other, and none of IPv4", async () => {
    for (const [node, other] of [nodes, nodes.toReversed()] as [LanNode, LanNode][]) {
      const isRouted = () => node.ip("-6", "route").includes(`${other.podCidr} via ${other.address} dev eth0`);
      await eventually(isRouted, `${node.name} has no route to the pods on ${other.name}`);
      assert.equal(node.ip("-4", "route"), "");
    }
  });
}

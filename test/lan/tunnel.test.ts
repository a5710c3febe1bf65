import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { plan } from "../../components/plan.ts";
import { chartArgs } from "../fixtures/charts.ts";
import { eventually } from "../fixtures/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { isolate, run } from "../fixtures/isolated.ts";
import { Lan } from "../fixtures/lan.ts";
import { type LanNode } from "../fixtures/lanNode.ts";
import { answersArp, page, webService } from "../fixtures/lanClient.ts";

isolate();

// The other way round: a namespace of its own, a tunnel, and no access to ClusterIPs; and a lease timing for the impatient.
const exported = plan({
  ...{ ...devStack, ...chartArgs() },
  namespace: "cilium",
  routing: { mode: "tunnel" },
  loadBalancer: { ...devStack.loadBalancer, externalClusterIp: false },
  l2: { leaseDuration: "3s", leaseRenewDeadline: "1s", leaseRetryPeriod: "200ms" },
});
let lan: Lan;
let nodes: readonly LanNode[];

before(async () => {
  lan = await Lan.start(exported);
  nodes = [await lan.addNode(), await lan.addNode()];
  lan.cluster.apply(exported.loadBalancer?.yaml ?? assert.fail("there is no pool"));
  lan.cluster.apply(webService("web", nodes));
});
after(() => lan.stop());

test("in a namespace of its own all goes as in kube-system", async () => {
  await eventually(() => answersArp("192.168.1.200"), "nobody answers", 40);
  await eventually(async () => (await page("192.168.1.200")) !== undefined, "there is no page", 20);
  assert(lan.cluster.get("lease", "cilium-l2announce-default-web", "cilium"));
});

test("with a tunnel, pods of the other node are reached by it, and not by a route", async () => {
  const [first, second] = nodes as [LanNode, LanNode];
  await eventually(() => first.ip("-brief", "link").includes("cilium_vxlan"), "there is no tunnel");
  const route = () => first.ip("route", "get", second.podCidr.replace("0/24", "9"));
  await eventually(() => route().includes("dev cilium_host"), "the tunnel is not used");
  assert.doesNotMatch(first.ip("route"), /via 192\.168\.1\.12/);
});

test("a ClusterIP does not answer from the LAN, unless it is asked for", async () => {
  run("ip", "route", "add", "10.96.0.0/12", "via", "192.168.1.11");
  const { clusterIP } = lan.cluster.get("service", "web")?.["spec"] as { clusterIP: string };
  assert.equal(await page(clusterIP), undefined);
});

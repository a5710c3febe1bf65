import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { plan } from "../../components/plan.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { isolate, runCommand } from "../harness/isolation.ts";
import { VirtualLan } from "../harness/virtualLan.ts";
import { type LanNode } from "../harness/lanNode.ts";
import { oldPolicy, renderOldScript } from "../harness/oldScript.ts";
import { answersArp, fetchPage, webService } from "../harness/lanClient.ts";

isolate();

// The cluster of the old script, which is taken over as docs/from-the-old-script.md says: a namespace of its own, and a tunnel at first.
// With no access to ClusterIPs, and a lease timing for the impatient.
const inputs: TalosCiliumCniArgs = {
  ...{ ...devStack, ...chartArgs() },
  namespace: "cilium",
  loadBalancer: { ...devStack.loadBalancer, externalClusterIp: false },
  l2: { leaseDuration: "3s", leaseRenewDeadline: "1s", leaseRetryPeriod: "200ms" },
};
const exported = plan({ ...inputs, routing: { mode: "tunnel" } });
let lan: VirtualLan;
let nodes: readonly LanNode[];

before(async () => {
  lan = await VirtualLan.start(renderOldScript());
  nodes = [await lan.addNode(), await lan.addNode()];
  lan.cluster.apply(webService("web", nodes));
});
after(() => lan.stop());

const kubectl = (...args: readonly string[]) => {
  const { ok, output } = lan.cluster.kubectl(args);
  assert(ok, output);
};
/** What the DaemonSet does when its configuration has changed. */
async function restartAgents(): Promise<void> {
  for (const node of nodes) {
    await node.stopAgent();
    await node.startAgent();
  }
}

test("the cluster of the old script is taken over, and the Services that it has answer all the while", async () => {
  const { ports } = lan.cluster.get("service", "web")?.["spec"] as { ports: [{ nodePort: number }] };
  const answers = async () => (await fetchPage("192.168.1.12", ports[0].nodePort)) !== undefined;
  await eventually(answers, "the node port does not answer");
  const { ok, output } = lan.cluster.kubectl(["create", "--validate=ignore", "--filename", "-"], JSON.stringify(oldPolicy));
  assert(ok, output);
  const restarts = new AbortController();
  const answered = (async () => {
    const all: boolean[] = [];
    while (!restarts.signal.aborted) {
      all.push(await answers());
      await sleep(200);
    }
    return all;
  })();
  kubectl("delete", "ciliuml2announcementpolicies.cilium.io", "default-l2-announcement");
  lan.cluster.apply(exported.manifest.yaml);
  await restartAgents();
  restarts.abort();
  assert((await answered).length > 10);
  assert.deepEqual(new Set(await answered), new Set([true]));
  lan.cluster.apply(exported.loadBalancer?.yaml ?? assert.fail("there is no pool"));
});

test("in a namespace of its own all goes as in kube-system", async () => {
  await eventually(() => answersArp("192.168.1.200"), "nobody answers", 40);
  await eventually(async () => (await fetchPage("192.168.1.200")) !== undefined, "there is no page", 20);
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
  runCommand("ip", "route", "add", "10.96.0.0/12", "via", "192.168.1.11");
  const { clusterIP } = lan.cluster.get("service", "web")?.["spec"] as { clusterIP: string };
  assert.equal(await fetchPage(clusterIP), undefined);
});

test("then native routing: the tunnel goes, routes come", async () => {
  lan.cluster.apply(plan(inputs).manifest.yaml);
  await restartAgents();
  const [first, second] = nodes as [LanNode, LanNode];
  const isRouted = () => first.ip("route").includes(`${second.podCidr} via ${second.address} dev eth0`);
  await eventually(isRouted, "the routes are not there");
  for (const node of nodes) assert.doesNotMatch(node.ip("-brief", "link"), /vxlan/);
  await eventually(async () => (await fetchPage("192.168.1.200")) !== undefined, "there is no page", 20);
});

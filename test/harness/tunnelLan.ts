import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "./charts.ts";
import { eventually } from "./cluster.ts";
import { runCommand } from "./isolation.ts";
import { answersArp, fetchPage, startProbe, webService } from "./lanClient.ts";
import { type LanNode } from "./lanNode.ts";
import { oldPolicy, renderOldScript } from "./oldScript.ts";
import { VirtualLan } from "./virtualLan.ts";

/** Defines tests of a tunnel: how the old script's cluster is taken over, and how the tunnel is replaced by native routing. */
export function testTunnel(release: string): void {
  // The old script's cluster, taken over as docs/from-the-old-script.md says: Cilium in its own namespace, and a tunnel at first. Here
  // ClusterIPs do not answer on the LAN, and the leases are short so that the tests wait less.
  const inputs: TalosCiliumCniArgs = {
    ...devStack,
    ...chartArgs(release),
    namespace: "cilium",
    loadBalancer: { ...devStack.loadBalancer, externalClusterIp: false },
    l2: { leaseDuration: "3s", leaseRenewDeadline: "1s", leaseRetryPeriod: "200ms" },
  };
  const exported = createPlan({ ...inputs, routing: { mode: "tunnel" } });
  let lan: VirtualLan;
  let nodes: readonly LanNode[];

  before(async () => {
    lan = await VirtualLan.start(renderOldScript(release));
    nodes = [await lan.addNode(), await lan.addNode()];
    lan.cluster.apply(webService("web", nodes));
  });
  after(() => lan.stop());

  const kubectl = (...args: readonly string[]) => {
    const { ok, output } = lan.cluster.kubectl(args);
    assert(ok, output);
  };
  /** Restarts every agent, as the DaemonSet does when its configuration changes. */
  async function restartAgents(): Promise<void> {
    for (const node of nodes) {
      await node.stopAgent();
      await node.startAgent();
    }
  }

  test("while the old script's cluster is taken over, its Services keep answering", async () => {
    const { ports } = lan.cluster.get("service", "web")?.["spec"] as { ports: [{ nodePort: number }] };
    const isAnswering = async () => (await fetchPage("192.168.1.12", ports[0].nodePort)) !== undefined;
    await eventually(isAnswering, "the node port does not answer");
    const { ok, output } = lan.cluster.kubectl(["create", "--validate=ignore", "--filename", "-"], JSON.stringify(oldPolicy));
    assert(ok, output);
    const probe = startProbe("192.168.1.12", ports[0].nodePort);
    kubectl("delete", "ciliuml2announcementpolicies.cilium.io", "default-l2-announcement");
    lan.cluster.apply(exported.manifest.yaml);
    await restartAgents();
    const results = await probe.stop();
    assert(results.length > 10);
    assert.deepEqual(new Set(results), new Set([true]));
    lan.cluster.apply(exported.loadBalancer?.yaml ?? assert.fail("there is no pool"));
  });

  test("with Cilium in its own namespace, a LoadBalancer IP answers on the LAN", async () => {
    await eventually(() => answersArp("192.168.1.200"), "nobody answers for 192.168.1.200", 40);
    await eventually(async () => (await fetchPage("192.168.1.200")) !== undefined, "no web server answers at 192.168.1.200", 20);
    assert(lan.cluster.get("lease", "cilium-l2announce-default-web", "cilium"));
  });

  test("with a tunnel, traffic to pods on the other node takes the tunnel and no route", async () => {
    const [firstNode, secondNode] = nodes as [LanNode, LanNode];
    await eventually(() => firstNode.ip("-brief", "link").includes("cilium_vxlan"), "there is no cilium_vxlan");
    const route = () => firstNode.ip("route", "get", secondNode.podCidr.replace("0/24", "9"));
    await eventually(() => route().includes("dev cilium_host"), "the tunnel is not used");
    assert.doesNotMatch(firstNode.ip("route"), /via 192\.168\.1\.12/);
  });

  test("with `externalClusterIp: false`, a ClusterIP does not answer on the LAN", async () => {
    runCommand("ip", "route", "add", "10.96.0.0/12", "via", "192.168.1.11");
    const { clusterIP } = lan.cluster.get("service", "web")?.["spec"] as { clusterIP: string };
    assert.equal(await fetchPage(clusterIP), undefined);
  });

  test("a change to native routing replaces the tunnel by routes", async () => {
    lan.cluster.apply(createPlan(inputs).manifest.yaml);
    await restartAgents();
    const [firstNode, secondNode] = nodes as [LanNode, LanNode];
    const isRouted = () => firstNode.ip("route").includes(`${secondNode.podCidr} via ${secondNode.address} dev eth0`);
    await eventually(isRouted, "there is no route to the pods on the other node");
    for (const node of nodes) assert.doesNotMatch(node.ip("-brief", "link"), /vxlan/);
    await eventually(async () => (await fetchPage("192.168.1.200")) !== undefined, "no web server answers at 192.168.1.200", 20);
  });
}

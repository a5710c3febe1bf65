import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadBalancerObjects } from "../../components/cilium/loadBalancer/objects.ts";
import type { L2Policy } from "../../components/inputs/loadBalancerArgs.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { createManifest } from "../../components/kubernetes/manifest.ts";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "./charts.ts";
import { eventually } from "./cluster.ts";
import { answersArp, fetchPage, webService } from "./lanClient.ts";
import { type LanNode } from "./lanNode.ts";
import { VirtualLan } from "./virtualLan.ts";

/** The test that adds the second node. */
interface SecondNode {
  readonly title: string;
  readonly add: (lan: VirtualLan, firstNode: LanNode) => Promise<LanNode>;
}
const justJoins: SecondNode = { title: "a second node joins", add: (lan) => lan.addNode() };

/** Defines tests of the dev stack with native routing on a LAN: what is announced, what answers, and what happens when a node fails. */
export function testNative(release: string, { title, add }: SecondNode = justJoins): void {
  const exported = createPlan({ ...devStack, ...chartArgs(release) });
  let lan: VirtualLan;
  let firstNode: LanNode;
  let secondNode: LanNode;

  before(async () => {
    lan = await VirtualLan.start(exported);
    firstNode = await lan.addNode();
  });
  after(() => lan.stop());

  const poolAndPolicy = () => exported.loadBalancer?.yaml ?? assert.fail("there is no pool");
  const waitForArp = (address: string) => eventually(() => answersArp(address), `nobody answers for ${address}`, 60);
  const waitForSilence = (address: string) => eventually(() => !answersArp(address), `somebody still answers for ${address}`, 60);
  const waitForPage = (address: string) =>
    eventually(async () => (await fetchPage(address)) !== undefined, `no web server answers at ${address}`, 20);
  /** Waits as long as an agent takes to announce an address, and checks that nobody does. */
  async function assertStaysSilent(address: string): Promise<void> {
    await sleep(6_000);
    assert.equal(answersArp(address), false);
  }
  function deleteObject(kind: string, name: string): void {
    const { ok, output } = lan.cluster.kubectl(["delete", kind, name]);
    assert(ok, output);
  }
  function applyPolicy(policy: Partial<L2Policy>): void {
    const l2Policies = [{ name: "default-l2-announcement", ...policy }];
    lan.cluster.apply(createManifest(loadBalancerObjects(resolveSettings({ loadBalancer: { l2Policies } }))).yaml);
  }
  /** The address of the Service `web`. */
  function webAddress(): string {
    const { loadBalancer } = lan.cluster.get("service", "web")?.["status"] as { loadBalancer: { ingress: [{ ip: string }] } };
    return loadBalancer.ingress[0].ip;
  }
  /** The node that announces the Service `web`. */
  function announcingNode(): string | undefined {
    const lease = lan.cluster.get("lease", "cilium-l2announce-default-web", "kube-system");
    return (lease?.["spec"] as { holderIdentity?: string } | undefined)?.holderIdentity;
  }

  test("a client on the LAN gets an answer from an announced LoadBalancer IP", async () => {
    lan.cluster.apply(webService("web", [firstNode]));
    await assertStaysSilent("192.168.1.200");
    lan.cluster.apply(poolAndPolicy());
    await waitForArp("192.168.1.200");
    await waitForPage("192.168.1.200");
    assert.equal(await fetchPage("192.168.1.200"), "node-1");
  });

  test(title, async () => {
    secondNode = await add(lan, firstNode);
  });

  test("neither the old script's policy nor one whose interfaces match none announces an address", async () => {
    deleteObject("ciliuml2announcementpolicy", "default-l2-announcement");
    await waitForSilence("192.168.1.200");
    const oldPolicy = {
      apiVersion: "cilium.io/v2alpha1",
      kind: "CiliumL2AnnouncementPolicy",
      metadata: { name: "old" },
      spec: { serviceSelector: {}, nodeSelector: {}, interfaces: ["^eth[0-9]+"], loadBalancerClass: "io.cilium/l2-announcer" },
    };
    const { ok, output } = lan.cluster.kubectl(["apply", "--validate=ignore", "--filename", "-"], JSON.stringify(oldPolicy));
    assert(ok, output);
    await assertStaysSilent("192.168.1.200");
    deleteObject("ciliuml2announcementpolicy", "old");

    applyPolicy({ interfaces: ["^wlan"] });
    await assertStaysSilent("192.168.1.200");
    applyPolicy({ interfaces: ["^wlan", "^eth0$"] });
    await waitForArp("192.168.1.200");
  });

  test("external IPs are announced when the policy says so", async () => {
    lan.cluster.apply(webService("external", [firstNode], { type: "ClusterIP", externalIPs: ["192.168.1.230"] }));
    await assertStaysSilent("192.168.1.230");
    applyPolicy({ externalIPs: true });
    await waitForArp("192.168.1.230");
    await waitForPage("192.168.1.230");
  });

  test("a Service of class io.cilium/l2-announcer is announced, one of another class is not", async () => {
    lan.cluster.apply(webService("foreign", [firstNode], { loadBalancerClass: "example.com/other" }));
    lan.cluster.apply(webService("announced", [firstNode], { loadBalancerClass: "io.cilium/l2-announcer" }));
    await waitForArp("192.168.1.201");
    await waitForPage("192.168.1.201");
    assert.equal(answersArp("192.168.1.202"), false);
  });

  test("after a change of the pool, a Service answers at an address of the new pool only", async () => {
    const ipPools = [{ name: "default-ip-pool", blocks: [{ cidr: "192.168.1.240/29" }] }];
    lan.cluster.apply(createManifest(loadBalancerObjects(resolveSettings({ loadBalancer: { ipPools } }))).yaml);
    await eventually(
      () => answersArp("192.168.1.240") || answersArp("192.168.1.241"),
      "nobody answers for an address of the new pool",
      60,
    );
    await waitForSilence("192.168.1.200");
  });

  test("when the announcing node fails, the other node takes over and the client gets answers again", async () => {
    lan.cluster.apply(webService("web", [firstNode, secondNode]));
    const address = webAddress();
    await waitForPage(address);
    const isFirstAnnouncing = announcingNode() === firstNode.name;
    const failingNode = isFirstAnnouncing ? firstNode : secondNode;
    const remainingNode = isFirstAnnouncing ? secondNode : firstNode;
    lan.cluster.apply(webService("web", [remainingNode]));
    failingNode.unplug();
    await failingNode.stopAgent();
    await eventually(() => announcingNode() === remainingNode.name, `${remainingNode.name} does not take over`, 60);
    await waitForArp(address);
    await eventually(async () => (await fetchPage(address)) === remainingNode.name, "the client gets no answer", 20);
  });

  test("when the agents of all nodes stop, nobody answers", async () => {
    const address = webAddress();
    for (const node of [firstNode, secondNode]) {
      await node.stopAgent();
      node.unplug();
    }
    await waitForSilence(address);
  });
}

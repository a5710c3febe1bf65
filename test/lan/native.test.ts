import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { L2Policy } from "../../components/inputs/args.ts";
import { loadBalancerObjects } from "../../components/cilium/loadBalancer/objects.ts";
import { manifestOf } from "../../components/kubernetes/manifest.ts";
import { plan } from "../../components/plan.ts";
import { settingsOf } from "../../components/inputs/settings.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { observeDefaults } from "../pages/defaults.ts";
import { devStack } from "../fixtures/devStack.ts";
import { isolate } from "../harness/isolation.ts";
import { VirtualLan } from "../harness/virtualLan.ts";
import { type LanNode } from "../harness/lanNode.ts";
import { answersArp, fetchPage, webService } from "../harness/lanClient.ts";

isolate();

const exported = plan({ ...devStack, ...chartArgs() });
let lan: VirtualLan;
let first: LanNode;
let second: LanNode;

before(async () => {
  lan = await VirtualLan.start(exported);
  first = await lan.addNode();
});
after(() => lan.stop());

const loadBalancer = () => exported.loadBalancer?.yaml ?? assert.fail("there is no pool");
const answers = (address: string) => eventually(() => answersArp(address), `nobody answers for ${address}`, 60);
const falls = (address: string) => eventually(() => !answersArp(address), `somebody still answers for ${address}`, 60);
const shows = (address: string, port?: number) =>
  eventually(async () => (await fetchPage(address, port)) !== undefined, `there is no page at ${address}`, 20);
/** Long enough for an agent that wants to announce. */
async function isSilent(address: string): Promise<void> {
  await sleep(6_000);
  assert.equal(answersArp(address), false);
}
function remove(kind: string, name: string): void {
  const { ok, output } = lan.cluster.kubectl(["delete", kind, name]);
  assert(ok, output);
}
const announces = (policy: Partial<L2Policy>) => {
  const l2Policies = [{ name: "default-l2-announcement", ...policy }];
  lan.cluster.apply(manifestOf(loadBalancerObjects(settingsOf({ loadBalancer: { l2Policies } }))).yaml);
};

test("a client on the LAN gets an answer from an announced LoadBalancer IP", async () => {
  lan.cluster.apply(webService("web", [first]));
  await isSilent("192.168.1.200");
  lan.cluster.apply(loadBalancer());
  await answers("192.168.1.200");
  await shows("192.168.1.200");
  assert.equal(await fetchPage("192.168.1.200"), "node-1");
});

test("every default does what docs/defaults.md says, or it says why nobody can see it", async () => {
  const seen = await observeDefaults(lan, first);
  second = seen.secondNode;
  assert.equal(readFileSync(seen.path, "utf8"), seen.content, "run npm run measure -- defaults");
});

test("the policy of the old script answers nobody, nor one whose interfaces fit none", async () => {
  remove("ciliuml2announcementpolicy", "default-l2-announcement");
  await falls("192.168.1.200");
  const old = {
    ...{ apiVersion: "cilium.io/v2alpha1", kind: "CiliumL2AnnouncementPolicy", metadata: { name: "old" } },
    spec: { serviceSelector: {}, nodeSelector: {}, interfaces: ["^eth[0-9]+"], loadBalancerClass: "io.cilium/l2-announcer" },
  };
  const { ok, output } = lan.cluster.kubectl(["apply", "--validate=ignore", "--filename", "-"], JSON.stringify(old));
  assert(ok, output);
  await isSilent("192.168.1.200");
  remove("ciliuml2announcementpolicy", "old");

  announces({ interfaces: ["^wlan"] });
  await isSilent("192.168.1.200");
  announces({ interfaces: ["^wlan", "^eth0$"] });
  await answers("192.168.1.200");
});

test("external IPs are announced when the policy says so", async () => {
  lan.cluster.apply(webService("external", [first], { type: "ClusterIP", externalIPs: ["192.168.1.230"] }));
  await isSilent("192.168.1.230");
  announces({ externalIPs: true });
  await answers("192.168.1.230");
  await shows("192.168.1.230");
});

test("a Service of another announcer's class is left alone, one of io.cilium/l2-announcer is served", async () => {
  lan.cluster.apply(webService("foreign", [first], { loadBalancerClass: "example.com/other" }));
  lan.cluster.apply(webService("announced", [first], { loadBalancerClass: "io.cilium/l2-announcer" }));
  await answers("192.168.1.201");
  await shows("192.168.1.201");
  assert.equal(answersArp("192.168.1.202"), false);
});

test("an address follows a change of the pool", async () => {
  const ipPools = [{ name: "default-ip-pool", blocks: [{ cidr: "192.168.1.240/29" }] }];
  lan.cluster.apply(manifestOf(loadBalancerObjects(settingsOf({ loadBalancer: { ipPools } }))).yaml);
  await eventually(() => answersArp("192.168.1.240") || answersArp("192.168.1.241"), "nobody answers for the new addresses", 60);
  await falls("192.168.1.200");
});

test("when the node that announces is gone, the other one takes over, and the client gets answers again", async () => {
  lan.cluster.apply(webService("web", [first, second]));
  const address = (lan.cluster.get("service", "web")?.["status"] as { loadBalancer: { ingress: [{ ip: string }] } }).loadBalancer
    .ingress[0].ip;
  await shows(address);
  const holder = () =>
    (
      lan.cluster.get("lease", "cilium-l2announce-default-web", "kube-system")?.["spec"] as
        { holderIdentity?: string } | undefined
    )?.holderIdentity;
  const [gone, left] = holder() === first.name ? [first, second] : [second, first];
  lan.cluster.apply(webService("web", [left]));
  gone.unplug();
  await gone.stopAgent();
  await eventually(() => holder() === left.name, `${left.name} does not take over`, 60);
  await answers(address);
  await eventually(async () => (await fetchPage(address)) === left.name, "the client gets no answer", 20);
});

test("without any agent, nobody answers", async () => {
  const { ingress } = (lan.cluster.get("service", "web")?.["status"] as { loadBalancer: { ingress: [{ ip: string }] } })
    .loadBalancer;
  for (const node of [first, second]) {
    await node.stopAgent();
    node.unplug();
  }
  await falls(ingress[0].ip);
});

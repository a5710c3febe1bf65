import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { L2Policy } from "../../components/args.ts";
import { loadBalancerObjects } from "../../components/loadBalancer.ts";
import { manifestOf } from "../../components/manifest.ts";
import { plan } from "../../components/plan.ts";
import { settingsOf } from "../../components/settings.ts";
import { chartArgs } from "../fixtures/charts.ts";
import { eventually } from "../fixtures/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { isolate, run } from "../fixtures/isolated.ts";
import { Lan } from "../fixtures/lan.ts";
import { capabilitiesOf, type LanNode } from "../fixtures/lanNode.ts";
import { answersArp, page, webService } from "../fixtures/lanClient.ts";

isolate();

const exported = plan({ ...devStack, ...chartArgs() });
const capabilities = "CHOWN KILL NET_ADMIN NET_RAW IPC_LOCK SYS_ADMIN SYS_RESOURCE DAC_OVERRIDE FOWNER SETGID SETUID".split(" ");
let lan: Lan;
let first: LanNode;
let second: LanNode;

before(async () => {
  lan = await Lan.start(exported);
  first = await lan.addNode();
});
after(() => lan.stop());

const loadBalancer = () => exported.loadBalancer?.yaml ?? assert.fail("there is no pool");
const answers = (address: string) => eventually(() => answersArp(address), `nobody answers for ${address}`, 60);
const falls = (address: string) => eventually(() => !answersArp(address), `somebody still answers for ${address}`, 60);
const shows = (address: string, port?: number) =>
  eventually(async () => (await page(address, port)) !== undefined, `there is no page at ${address}`, 20);
/** Long enough for an agent that wants to announce. */
async function isSilent(address: string): Promise<void> {
  await sleep(6_000);
  assert.equal(answersArp(address), false);
}
function remove(kind: string, name: string): void {
  const { ok, said } = lan.cluster.kubectl(["delete", kind, name]);
  assert(ok, said);
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
  assert.equal(await page("192.168.1.200"), "node-1");
});

test("the agent runs with exactly the capabilities that are rendered, and nothing is wrong with it", () => {
  // A machine in a sandbox may not have all of them to give.
  const own = capabilitiesOf("self");
  assert.deepEqual(first.capabilities.toSorted(), capabilities.filter((name) => own.includes(name)).toSorted());
  assert.doesNotMatch(first.log(), /level=fatal|permission denied/);
});

test("the agent works with what the values say", () => {
  const status = first.ask("status", "--verbose");
  assert.match(status, /KubeProxyReplacement: +True +\[eth0 +192\.168\.1\.11/);
  assert.match(status, /Routing: +Network: Native/);
  assert.match(status, /IPAM: +IPv4: .* from 10\.244\.1\.0\/24/);
  assert.match(status, /Socket LB: +Enabled/);
  const log = first.log();
  for (const option of [
    "k8s-client-qps='23'",
    "k8s-client-burst='46'",
    "cgroup-root='/sys/fs/cgroup'",
    "enable-l2-announcements='true'",
  ])
    assert(log.includes(`--${option}`), option);
  assert.match(log, /Establishing connection to apiserver.*https:\/\/localhost:7445/);
  const rules = run("ip", "netns", "exec", first.name, "iptables", "-t", "nat", "-S");
  assert.match(rules, /-s 10\.244\.1\.0\/24 ! -d 10\.244\.0\.0\/16 ! -o cilium_\+ .*-j MASQUERADE/);
});

test("a ClusterIP answers from the LAN, since the dev stack asks for it", async () => {
  run("ip", "route", "add", "10.96.0.0/12", "via", first.address);
  const { clusterIP } = lan.cluster.get("service", "web")?.["spec"] as { clusterIP: string };
  await shows(clusterIP);
});

test("the policy of the old script answers nobody, nor one whose interfaces fit none", async () => {
  remove("ciliuml2announcementpolicy", "default-l2-announcement");
  await falls("192.168.1.200");
  const old = {
    ...{ apiVersion: "cilium.io/v2alpha1", kind: "CiliumL2AnnouncementPolicy", metadata: { name: "old" } },
    spec: { serviceSelector: {}, nodeSelector: {}, interfaces: ["^eth[0-9]+"], loadBalancerClass: "io.cilium/l2-announcer" },
  };
  const { ok, said } = lan.cluster.kubectl(["apply", "--validate=ignore", "--filename", "-"], JSON.stringify(old));
  assert(ok, said);
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

test("two nodes route to each other's pods, and there is no tunnel", async () => {
  second = await lan.addNode();
  const routes = () => [first.ip("route"), second.ip("route")].join("");
  await eventually(
    () =>
      routes().includes(`${second.podCidr} via ${second.address} dev eth0`) &&
      routes().includes(`${first.podCidr} via ${first.address} dev eth0`),
    "the routes are not there",
  );
  for (const node of [first, second]) assert.doesNotMatch(node.ip("-brief", "link"), /vxlan|geneve/);
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
  await eventually(async () => (await page(address)) === left.name, "the client gets no answer", 20);
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

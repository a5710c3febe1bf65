import assert from "node:assert/strict";
import { basename } from "node:path";
import { after, before, test } from "node:test";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { isolate } from "../harness/isolation.ts";
import { answersArp, fetchPage, webService } from "../harness/lanClient.ts";
import type { LanNode } from "../harness/lanNode.ts";
import { startTraffic } from "../harness/traffic.ts";
import { VirtualLan } from "../harness/virtualLan.ts";

isolate();

const older = createPlan({ ...devStack, ...chartArgs("1.18.4") });
const newer = createPlan({ ...devStack, ...chartArgs("1.19.6"), values: { upgradeCompatibility: "1.18" } });
const address = "192.168.1.200";
let lan: VirtualLan;
let nodes: readonly LanNode[];

before(async () => {
  lan = await VirtualLan.start(older);
  nodes = [await lan.addNode(), await lan.addNode()];
  lan.cluster.apply(older.loadBalancer?.yaml ?? assert.fail("there is no pool"));
  lan.cluster.apply(webService("web", nodes));
  await eventually(async () => (await fetchPage(address)) !== undefined, `no web server answers at ${address}`);
});
after(() => lan.stop());

/** The programs of the agents that run. */
const programs = () => nodes.map((node) => basename(node.agentProgram));
const specOf = (kind: string, name: string) => lan.cluster.get(kind, name)?.["spec"];
function schemaVersion(): string | undefined {
  const crd = lan.cluster.get("customresourcedefinition", "ciliumloadbalancerippools.cilium.io");
  const { labels } = (crd?.metadata ?? {}) as { labels?: Readonly<Record<string, string>> };
  return labels?.["io.cilium.k8s.crd.schema.version"];
}
function addressOf(service: string): string | undefined {
  const { loadBalancer } = lan.cluster.get("service", service)?.["status"] as { loadBalancer: { ingress?: { ip: string }[] } };
  return loadBalancer.ingress?.[0]?.ip;
}

test("the operator of 1.19 takes over from that of 1.18: the pool, the policy and the addresses stay", async () => {
  assert.deepEqual(programs(), ["cilium-agent", "cilium-agent"]);
  const pool = specOf("ciliumloadbalancerippool", "default-ip-pool");
  const policy = specOf("ciliuml2announcementpolicy", "default-l2-announcement");
  const schema = schemaVersion();
  await lan.replaceOperator(newer);
  await eventually(() => schemaVersion() !== schema, "the operator does not replace the CRDs");

  assert.deepEqual(specOf("ciliumloadbalancerippool", "default-ip-pool"), pool);
  assert.deepEqual(specOf("ciliuml2announcementpolicy", "default-l2-announcement"), policy);
  assert.equal(addressOf("web"), address);
  lan.cluster.apply(older.loadBalancer?.yaml ?? "");
  lan.cluster.apply(webService("between", nodes));
  await eventually(() => addressOf("between") !== undefined, "a new Service gets no address");
  await eventually(() => answersArp(addressOf("between") ?? ""), "the agents of 1.18 do not announce the new Service");
});

test("while the agents restart one after another, clients with new connections get answers", async () => {
  const traffic = await startTraffic(address);
  await lan.restartAgents();
  const { requests, lost } = await traffic.stop();
  assert.deepEqual(programs(), ["1.19-cilium-agent", "1.19-cilium-agent"]);
  assert(requests > 100, `only ${requests} requests`);
  // The address moves twice, and a request that is under way then is lost.
  assert(lost <= 2, `${lost} of ${requests} requests were lost`);
});

test("after the upgrade, Services answer, nodes have routes, and another node takes over", async () => {
  lan.cluster.apply(newer.loadBalancer?.yaml ?? "");
  lan.cluster.apply(webService("after", nodes));
  await eventually(() => addressOf("after") !== undefined, "a new Service gets no address");
  for (const service of ["web", "between", "after"]) {
    const ip = addressOf(service) ?? "";
    await eventually(() => answersArp(ip), `nobody answers for ${ip}`);
    await eventually(async () => (await fetchPage(ip)) !== undefined, `no web server answers at ${ip}`, 20);
  }
  const [one, other] = nodes as [LanNode, LanNode];
  await eventually(() => one.ip("route").includes(`${other.podCidr} via ${other.address} dev eth0`), "there is no route");

  const lease = lan.cluster.get("lease", "cilium-l2announce-default-web", "kube-system")?.["spec"] as { holderIdentity: string };
  const [failing, remaining] = lease.holderIdentity === one.name ? [one, other] : [other, one];
  lan.cluster.apply(webService("web", [remaining]));
  failing.unplug();
  await failing.stopAgent();
  await eventually(async () => (await fetchPage(address)) === remaining.name, "the client gets no answer from the other node");
});

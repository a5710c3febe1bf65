// Findings of the doctor about BGP, with a real agent and a real router. The agent is asked directly: it runs in no pod.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Diagnosis } from "../../components/doctor/examine.ts";
import { createPlan } from "../../components/plan.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { isolate } from "../harness/isolation.ts";
import { clientAddresses } from "../harness/lanAddresses.ts";
import { webService } from "../harness/lanClient.ts";
import { createPods, diagnoseLan } from "../harness/lanDoctor.ts";
import { type Router, startBird } from "../harness/router.ts";
import { VirtualLan } from "../harness/virtualLan.ts";

isolate();

const peer = { address: clientAddresses.IPv4, asn: 64512, connectRetryTimeSeconds: 2, authSecretRef: "bgp-password" };
const exported = createPlan({
  ...chartArgs("1.19.6"),
  l2: { enabled: false },
  lan: { nodes: ["192.168.1.11"] },
  loadBalancer: { ipPools: [{ name: "lan", blocks: [{ cidr: "10.50.0.0/24" }] }] },
  bgp: [{ name: "lan", localAsn: 64513, peers: [peer] }],
});
const objects = exported.loadBalancer?.yaml ?? assert.fail("there are no objects");
let lan: VirtualLan;
let router: Router | undefined;

before(async () => {
  lan = await VirtualLan.start(exported);
  await lan.addNode();
  createPods(lan);
  lan.cluster.apply(webService("web", lan.nodes));
});
after(async () => {
  await router?.stop();
  await lan.stop();
});

function kubectl(...args: readonly string[]): void {
  const { ok, output } = lan.cluster.kubectl(args);
  assert(ok, output);
}
function patch(kind: string, name: string, change: object): void {
  kubectl("patch", kind, name, "--type", "merge", "--patch", JSON.stringify(change));
}
/** Waits until all findings are of this rule, or there is none. Returns the first problem. */
async function onlyFinding(rule: string | undefined, seconds = 40): Promise<string> {
  let last: Diagnosis | undefined;
  await eventually(
    async () => {
      last = await diagnoseLan(lan);
      return [...new Set(last.findings.map((finding) => finding.rule))].join() === (rule ?? "");
    },
    () => `the only finding is not ${rule}: ${JSON.stringify(last?.findings)}`,
    seconds,
  );
  return last?.findings[0]?.problem ?? "";
}

test("a pool that nothing announces", async () => {
  const [pool = ""] = objects.split(/(?=---\n)/);
  lan.cluster.apply(pool);
  assert.match(await onlyFinding("no-session"), /no node has a session/);
});

test("a Secret with the password that is missing, a router that is off, and one that answers", async () => {
  lan.cluster.apply(objects);
  assert.match(await onlyFinding("bgp-password-missing"), /names Secret bgp-password, which does not exist/);
  kubectl("create", "secret", "generic", "bgp-password", "--namespace", "kube-system", "--from-literal=password=secret");
  assert.match(
    await onlyFinding("bgp-session-down", 60),
    /^node-1: the session to 192\.168\.1\.50 \(AS 64512\) is (?:idle|active|connect)/,
  );
  const [configuration] = exported.bgpRouterConfig ?? assert.fail("there is no configuration");
  router = await startBird((configuration?.bird ?? "").replaceAll(/PASSWORD-FROM-SECRET-[\w-]+/g, "secret"));
  await onlyFinding(undefined, 90);
});

test("objects that advertise nothing, or to nobody, and configurations that the operator cannot use", async () => {
  const selector = { matchLabels: { announce: "no" } };
  const advertisement = { advertisementType: "Service", service: { addresses: ["LoadBalancerIP"] }, selector };
  patch("ciliumbgpadvertisement", "lan", { spec: { advertisements: [advertisement] } });
  assert.match(await onlyFinding("no-advertisement"), /none of lan advertises default\/web/);
  lan.cluster.apply(objects);
  await onlyFinding(undefined, 60);

  patch("ciliumbgppeerconfig", "lan.192.168.1.50", {
    spec: { families: [{ afi: "ipv6", safi: "unicast", advertisements: {} }] },
  });
  assert.match(await onlyFinding("advertisement-without-peer"), /the family ipv4 with the advertisements lan/);
  lan.cluster.apply(objects);
  await onlyFinding(undefined, 60);

  patch("ciliumbgpclusterconfig", "lan", { spec: { nodeSelector: { matchLabels: { router: "none" } } } });
  assert.match(await onlyFinding("bgp-config-refused"), /CiliumBGPClusterConfig lan: NoMatchingNode/);
});

// Runs the examples that need no plugin unchanged, and gives their output to a real operator.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import { root } from "../../commands/lib/root.ts";
import { programIn, withStack } from "../../commands/lib/stack.ts";
import { createPlan } from "../../components/plan.ts";
import type { BgpRouterConfig } from "../../components/router/bgpRouterConfig.ts";
import { manifestExamples } from "../fixtures/manifestExamples.ts";
import { chart, chartArgs } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.apply(createPlan({ ...chartArgs(), gatewayApi: { enabled: false } }).manifest.yaml);
  await cluster.startOperator();
});
after(() => cluster.stop());

const outputsOf = (example: string): Promise<OutputMap> =>
  withStack({ chart: { path: chart().path } }, (stack) => stack.up(), programIn(join(root, "examples", example)));

test("examples/patch-only gives a patch for control planes and one for workers", async () => {
  const { controlPlane, worker, warnings } = await outputsOf("patch-only");
  assert.match(controlPlane?.value as string, /^ {4}- name: cilium-lb$/m);
  assert.match(worker?.value as string, /kubePrism/);
  assert.doesNotMatch(worker?.value as string, /inlineManifests/);
  assert.deepEqual(warnings?.value, []);
});

test("examples/manifest gives the manifest", async () => {
  const { manifest, loadBalancerManifest, warnings } = await outputsOf("manifest");
  const plan = createPlan({ ...chartArgs(), ...manifestExamples });
  assert.equal(manifest?.value, plan.manifest.yaml);
  assert.equal(loadBalancerManifest?.value, plan.loadBalancer?.yaml);
  assert.deepEqual(warnings?.value, []);
});

test("examples/bgp gives sessions with the router, and the configuration of the router", async () => {
  const { loadBalancerManifest, bgpRouterConfig, warnings } = await outputsOf("bgp");
  assert.deepEqual(warnings?.value, []);
  assert.match(loadBalancerManifest?.value as string, /^kind: CiliumBGPClusterConfig$/m);
  const [router, ...others] = bgpRouterConfig?.value as BgpRouterConfig[];
  assert.deepEqual(others, []);
  assert.equal(router?.asn, 64512);
  assert.match(router.frr, /^ip prefix-list cilium-ipv4 seq 5 permit 192\.168\.50\.0\/24 le 32$/m);
  assert.match(router.bird, /neighbor 192\.168\.1\.11 as 64513;/);
});

test("examples/several-pools gives each Service an address of its network", async () => {
  const { loadBalancerManifest, warnings } = await outputsOf("several-pools");
  assert.deepEqual(warnings?.value, []);
  await eventually(
    () => cluster.get("crd", "ciliuml2announcementpolicies.cilium.io") !== undefined,
    "the operator does not register its kinds",
  );
  cluster.apply(loadBalancerManifest?.value as string);
  const applyService = (name: string, labels: object) => {
    const spec = { type: "LoadBalancer", ports: [{ port: 80 }] };
    cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name, labels }, spec }));
  };
  const addressOf = (name: string) => {
    const { loadBalancer } = cluster.get("service", name)?.["status"] as { loadBalancer: { ingress?: { ip: string }[] } };
    return loadBalancer.ingress?.[0]?.ip;
  };
  applyService("bulbs", { network: "things" });
  applyService("photos", {});
  await eventually(() => addressOf("bulbs") === "192.168.20.200", "the Service bulbs gets no address of the network things");
  await eventually(() => addressOf("photos") === "192.168.1.200", "the Service photos gets no address of the other network");
});

// The examples that need no plugin, as they stand, and what a real operator makes of them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import { programIn, root, withStack } from "../../commands/lib/stack.ts";
import { createPlan } from "../../components/plan.ts";
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

test("patch-only: patches for both kinds of machines", async () => {
  const { controlPlane, worker, warnings } = await outputsOf("patch-only");
  assert.match(controlPlane?.value as string, /^ {4}- name: cilium-lb$/m);
  assert.match(worker?.value as string, /kubePrism/);
  assert.doesNotMatch(worker?.value as string, /inlineManifests/);
  assert.deepEqual(warnings?.value, []);
});

test("several-pools: a Service gets an address of its own network", async () => {
  const { loadBalancerManifest, warnings } = await outputsOf("several-pools");
  assert.deepEqual(warnings?.value, []);
  await eventually(() => cluster.get("crd", "ciliuml2announcementpolicies.cilium.io") !== undefined, "the kinds do not come");
  cluster.apply(loadBalancerManifest?.value as string);
  const service = (name: string, labels: object) => {
    const spec = { type: "LoadBalancer", ports: [{ port: 80 }] };
    cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name, labels }, spec }));
  };
  const address = (name: string) =>
    (cluster.get("service", name)?.["status"] as { loadBalancer: { ingress?: { ip: string }[] } }).loadBalancer.ingress?.[0]?.ip;
  service("bulbs", { network: "things" });
  service("photos", {});
  await eventually(() => address("bulbs") === "192.168.20.200", "the Service of the things has no address of theirs");
  await eventually(() => address("photos") === "192.168.1.200", "the Service of the people has no address of theirs");
});

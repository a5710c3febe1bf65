import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { withChartStack } from "../harness/chartStack.ts";
import { Cluster } from "../harness/cluster.ts";
import { preview, up } from "../harness/operations.ts";

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
after(() => cluster.stop());

const jobNames = () => cluster.kubectl(["get", "jobs", "--namespace", "kube-system", "--output", "name"]).output;

test("an upgrade from 1.18 to 1.19 replaces nothing, and a Job creates Hubble's certificates", { timeout: 200_000 }, async () => {
  await withChartStack(cluster, { ciliumVersion: "1.18.4", loadBalancer: {} }, async (stack) => {
    await up(stack);
    const uid = cluster.get("daemonset", "cilium", "kube-system")?.metadata["uid"];
    assert.equal(jobNames(), "");

    const hubble = { enabled: true, relay: true, ui: true };
    stack.configure(stack.configWith({ ciliumVersion: "1.19.6", kubernetesVersion: "1.34.2", hubble }));
    const steps = await up(stack);
    assert(steps.includes("update CustomResourceDefinitionPatch cilium-gateways.gateway.networking.k8s.io"), steps.join("\n"));
    assert(steps.includes("update DaemonSet cilium:kube-system/cilium"), steps.join("\n"));
    assert(!steps.some((step) => step.includes("replace")), steps.join("\n"));
    assert.match(jobNames(), /^job\.batch\/hubble-generate-certs-/);
    const { metadata, spec } = cluster.get("daemonset", "cilium", "kube-system") ?? assert.fail("Cilium is gone");
    assert.equal(metadata["uid"], uid);
    assert.match(JSON.stringify(spec), /quay\.io\/cilium\/cilium:v1\.19\.6@/);
    // The plugin may record a Service as it was before the update, so the next `up` updates it once more.
    for (const step of await up(stack)) assert.equal(step, "update Service cilium:kube-system/cilium-envoy");
    assert.deepEqual(await preview(stack), []);
  });
});

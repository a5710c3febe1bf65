import assert from "node:assert/strict";
import { homedir } from "node:os";
import { after, before, test } from "node:test";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import { root } from "../../commands/lib/stack.ts";
import { readAsKubernetes } from "../harness/charts.ts";
import { withChartStack } from "../harness/chartStack.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { differences } from "../harness/differences.ts";
import { destroy, preview, up } from "../harness/operations.ts";

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
after(() => cluster.stop());

/** Starts the operator as soon as its configuration is there, as its pod would. */
async function operatorComes(namespace: string): Promise<void> {
  await eventually(() => cluster.get("configmap", "cilium-config", namespace) !== undefined, "nothing is installed", 120);
  await cluster.startOperator(namespace);
}
const pool = () => cluster.get("ciliumloadbalancerippool", "default-ip-pool");

test(
  "installed as the manifest says, unchanged the next time, changed where the inputs change, and gone",
  { timeout: 200_000 },
  async () => {
    const namespace = "cilium";
    // Rendered for the Kubernetes that the cluster has, as the Chart does.
    await withChartStack(cluster, { namespace, kubernetesVersion: "1.34.2" }, async (stack) => {
      const planned = await preview(stack);
      const [installed] = await Promise.all([up(stack), operatorComes(namespace)]);
      assert.deepEqual(installed, planned);

      const outputs = await stack.stack.outputs();
      const manifests = [outputs["manifest"], outputs["loadBalancerManifest"]].map((output) => output?.value as string).join("");
      const { output } = cluster.kubectl(["get", "--filename", "-", "--output", "json"], manifests);
      const { items } = JSON.parse(output) as { items: KubernetesObject[] };
      const sent = readAsKubernetes(manifests) as readonly KubernetesObject[];
      assert.deepEqual(items.map(nameOf), sent.map(nameOf));
      for (const [index, item] of items.entries()) assert.deepEqual(differences(sent[index], item), [], nameOf(item));

      assert.deepEqual(await up(stack), []);
      assert.deepEqual(await preview(stack), []);

      const changed = { podCidr: "10.42.0.0/16" };
      stack.configure(stack.configWith(changed));
      const restarted = [
        "update ConfigMap cilium:cilium/cilium-config",
        "update DaemonSet cilium:cilium/cilium",
        "update Deployment cilium:cilium/cilium-operator",
        "update TalosCiliumCni cilium",
      ];
      assert.deepEqual(await preview(stack), restarted);
      assert.deepEqual(await up(stack), restarted);

      const uid = pool()?.metadata["uid"];
      const ipPools = [{ name: "default-ip-pool", blocks: [{ cidr: "192.168.1.192/28" }] }];
      stack.configure(stack.configWith({ ...changed, loadBalancer: { ...devStack.loadBalancer, ipPools } }));
      assert.deepEqual(await up(stack), [
        "update CiliumLoadBalancer cilium-lb",
        "update CiliumLoadBalancerIPPool cilium-lb-default-ip-pool",
        "update TalosCiliumCni cilium",
      ]);
      assert.deepEqual([pool()?.metadata["uid"], pool()?.["spec"]], [uid, { blocks: ipPools[0]?.blocks, disabled: false }]);

      await destroy(stack);
      const left = cluster.kubectl(["get", "all,configmaps,ciliumloadbalancerippools,ciliuml2announcementpolicies", "--namespace", namespace, "--output", "name"]); // prettier-ignore
      assert.equal(left.output, "configmap/kube-root-ca.crt\n");
      // Others may rely on these.
      assert.equal(cluster.get("namespace", namespace)?.kind, "Namespace");
      assert.equal(cluster.get("crd", "gateways.gateway.networking.k8s.io")?.kind, "CustomResourceDefinition");
    });
  },
);

test("the state names no folder of this machine, and is the same from two folders", { timeout: 200_000 }, async () => {
  const first = await stateFromAFolder();
  assert.deepEqual(await stateFromAFolder(), first);
});

/** What the state of a stack without pools keeps of each resource, after an `up` in a folder and a cluster of its own. */
async function stateFromAFolder(): Promise<readonly object[]> {
  const cluster = await Cluster.start();
  try {
    cluster.startNodes("one");
    return await withChartStack(cluster, { loadBalancer: {} }, async (stack) => {
      await up(stack);
      const { deployment } = (await stack.stack.exportStack()) as { deployment: { resources: Record<string, unknown>[] } };
      // Of its own accord Pulumi keeps where in the program each resource is made, as the path that it was started with.
      const text = JSON.stringify(deployment, (key, value: unknown) =>
        key === "stackTrace" || key === "sourcePosition" ? undefined : value,
      );
      for (const folder of [root, homedir(), stack.folder]) assert(!text.includes(folder), folder);
      const kept = deployment.resources.map(({ urn, inputs, parent }) => ({ urn: urn as string, inputs, parent }));
      return kept.sort((a, b) => a.urn.localeCompare(b.urn));
    });
  } finally {
    await cluster.stop();
  }
}

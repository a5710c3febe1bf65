import assert from "node:assert/strict";
import { homedir } from "node:os";
import { after, before, test } from "node:test";
import { root } from "../../commands/lib/root.ts";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { devStack } from "../fixtures/devStack.ts";
import { readAsKubernetes } from "../harness/charts.ts";
import { withChartStack } from "../harness/chartStack.ts";
import { Cluster } from "../harness/cluster.ts";
import { differences } from "../harness/differences.ts";
import { destroy, preview, up } from "../harness/operations.ts";

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
after(() => cluster.stop());

const pool = () => cluster.get("ciliumloadbalancerippool", "default-ip-pool");

test(
  "`up` installs the manifest, a second `up` changes nothing, new inputs change only their objects, `destroy` removes Cilium",
  { timeout: 200_000 },
  async () => {
    const namespace = "cilium";
    // The Chart renders for the cluster's Kubernetes version, so the manifest is rendered for that, too.
    await withChartStack(cluster, { namespace, kubernetesVersion: "1.34.2" }, async (stack) => {
      const previewed = await preview(stack);
      const [installed] = await Promise.all([up(stack), cluster.startOperatorWhenInstalled(namespace)]);
      assert.deepEqual(installed, previewed);

      const outputs = await stack.stack.outputs();
      const manifests = [outputs["manifest"], outputs["loadBalancerManifest"]].map((output) => output?.value as string).join("");
      const { output } = cluster.kubectl(["get", "--filename", "-", "--output", "json"], manifests);
      const { items } = JSON.parse(output) as { items: KubernetesObject[] };
      const sentObjects = readAsKubernetes(manifests) as readonly KubernetesObject[];
      assert.deepEqual(items.map(nameOf), sentObjects.map(nameOf));
      for (const [index, item] of items.entries()) assert.deepEqual(differences(sentObjects[index], item), [], nameOf(item));

      assert.deepEqual(await up(stack), []);
      assert.deepEqual(await preview(stack), []);

      const changedInputs = { podCidr: "10.42.0.0/16", allowUnsafeChanges: ["podCidr" as const] };
      stack.configure(stack.configWith(changedInputs));
      const expectedSteps = [
        "update ConfigMap cilium:cilium/cilium-config",
        "update DaemonSet cilium:cilium/cilium",
        "update Deployment cilium:cilium/cilium-operator",
        "update TalosCiliumCni cilium",
      ];
      assert.deepEqual(await preview(stack), expectedSteps);
      assert.deepEqual(await up(stack), expectedSteps);

      const uid = pool()?.metadata["uid"];
      const ipPools = [{ name: "default-ip-pool", blocks: [{ cidr: "192.168.1.192/28" }] }];
      stack.configure(stack.configWith({ ...changedInputs, loadBalancer: { ...devStack.loadBalancer, ipPools } }));
      assert.deepEqual(await up(stack), [
        "update CiliumLoadBalancer cilium-lb",
        "update CiliumLoadBalancerIPPool cilium-lb-default-ip-pool",
        "update TalosCiliumCni cilium",
      ]);
      assert.deepEqual([pool()?.metadata["uid"], pool()?.["spec"]], [uid, { blocks: ipPools[0]?.blocks, disabled: false }]);

      await destroy(stack);
      const kinds = "all,configmaps,ciliumloadbalancerippools,ciliuml2announcementpolicies";
      const remaining = cluster.kubectl(["get", kinds, "--namespace", namespace, "--output", "name"]);
      assert.equal(remaining.output, "configmap/kube-root-ca.crt\n");
      // Others may rely on the Namespace and the CRDs, so they stay.
      assert.equal(cluster.get("namespace", namespace)?.kind, "Namespace");
      assert.equal(cluster.get("crd", "gateways.gateway.networking.k8s.io")?.kind, "CustomResourceDefinition");
    });
  },
);

test("the state holds no path of this machine, and is the same from two folders", { timeout: 200_000 }, async () => {
  const expected = await stateFromNewFolder();
  assert.deepEqual(await stateFromNewFolder(), expected);
});

/** The recorded resources of a stack without pools, after an `up` in a new folder and a new cluster. */
async function stateFromNewFolder(): Promise<readonly object[]> {
  const cluster = await Cluster.start();
  try {
    cluster.startNodes("one");
    return await withChartStack(cluster, { loadBalancer: {} }, async (stack) => {
      await up(stack);
      const { deployment } = (await stack.stack.exportStack()) as { deployment: { resources: Record<string, unknown>[] } };
      // Pulumi itself records the position in the program that creates each resource, as a path of this machine.
      const text = JSON.stringify(deployment, (key, value: unknown) =>
        key === "stackTrace" || key === "sourcePosition" ? undefined : value,
      );
      for (const folder of [root, homedir(), stack.folder]) {
        // The name of another folder may begin with that of this one.
        const isOfAnother = (rest: string) => /^[\w.-]/.test(rest);
        assert(text.split(folder).slice(1).every(isOfAnother), folder);
      }
      const resources = deployment.resources.map(({ urn, inputs, parent }) => ({ urn: urn as string, inputs, parent }));
      return resources.sort((a, b) => a.urn.localeCompare(b.urn));
    });
  } finally {
    await cluster.stop();
  }
}

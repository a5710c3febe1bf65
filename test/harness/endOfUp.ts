import assert from "node:assert/strict";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { type ChartStack, type StackConfig, withChartStack } from "./chartStack.ts";
import { Cluster } from "./cluster.ts";
import { preview, up } from "./operations.ts";

/** Installs Cilium by a stack. */
export type Install = (cluster: Cluster, stack: ChartStack) => Promise<unknown>;

/** Runs an `up` while Cilium's operator starts, as in a cluster with kubelets. */
export function upWithOperator(cluster: Cluster, stack: ChartStack): Promise<unknown> {
  return Promise.all([up(stack), cluster.startOperatorWhenInstalled()]);
}

/** The same as `endOf`, in a cluster of its own. */
export async function endInOtherCluster(args: StackConfig, install: Install) {
  const otherCluster = await Cluster.start();
  try {
    otherCluster.startNodes("one");
    return await endOf(otherCluster, args, install);
  } finally {
    await otherCluster.stop();
  }
}

/** Installs Cilium, requires that nothing is left to do, and returns the resources in the state and the objects in the cluster. */
export function endOf(cluster: Cluster, args: StackConfig, install: Install) {
  return withChartStack(cluster, args, async (stack) => {
    await install(cluster, stack);
    assert.deepEqual(await preview(stack), []);
    const { deployment } = (await stack.stack.exportStack()) as {
      deployment: { resources: { urn: string; inputs: unknown }[] };
    };
    const kinds = "daemonsets,deployments,configmaps,services,clusterroles,roles,crds,ciliumloadbalancerippools";
    const { output } = cluster.kubectl(["get", kinds, "--all-namespaces", "--output", "json"]);
    // The namespace `default` has the Service of the API server itself, whose port differs from run to run.
    const items = (JSON.parse(output) as { items: KubernetesObject[] }).items.filter(
      (item) => item.metadata.namespace !== "default",
    );
    return {
      state: deployment.resources
        .map(({ urn }) => urn)
        .filter((urn) => !urn.includes("::pulumi:providers:"))
        .sort(),
      cluster: items.map((item) => [nameOf(item), item["spec"] ?? item["data"] ?? item["rules"]]),
    };
  });
}

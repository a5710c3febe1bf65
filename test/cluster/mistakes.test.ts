import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadBalancerObjects } from "../../components/cilium/loadBalancer/objects.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createManifest } from "../../components/kubernetes/manifest.ts";
import { createPlan } from "../../components/plan.ts";
import { InputError } from "../../components/support/problems.ts";
import { runAsync } from "../../tools/childProcess.mjs";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { renderInputs } from "../harness/renderInputs.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

// Each test applies inputs that the checks reject, and shows the failure that the checks prevent.
let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.start();
  cluster.apply(readGatewayApiCrds("v1.2.0"));
});
afterEach(() => cluster.stop());

/** Applies inputs that the checks reject, and starts the operator on them. */
async function startWithRejected(args: TalosCiliumCniArgs) {
  assert.throws(() => createPlan({ ...args, ...chartArgs() }), InputError);
  cluster.apply(createManifest(renderInputs(args).objects).yaml);
  return cluster.startOperator();
}

test("without kube-proxy replacement, the GatewayClass is not accepted", async () => {
  const { log } = await startWithRejected({ values: { kubeProxyReplacement: false }, l2: { enabled: false } });
  await eventually(
    () => /kube-proxy-replacement/i.test(log()),
    "the operator does not mention kube-proxy replacement in its log",
  );
  await sleep(3_000);
  const { conditions = [] } = (cluster.get("gatewayclass", "cilium")?.["status"] ?? {}) as {
    conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  assert(!conditions.some(({ type, status }) => type === "Accepted" && status === "True"));
});

test("with a misspelt `defaultLBServiceIPAM`, a plain Service gets no address", async () => {
  await startWithRejected({ ...devStack, values: { defaultLBServiceIPAM: "lb-ipam" } });
  const kind = "crd/ciliumloadbalancerippools.cilium.io";
  await eventually(
    () => cluster.kubectl(["wait", "--for=condition=Established", kind, "--timeout=1s"]).ok,
    "the operator does not register its kinds",
  );
  const [pool] = loadBalancerObjects(renderInputs(devStack).settings);
  cluster.apply(JSON.stringify(pool));
  const applyService = (name: string, more: object) => {
    const spec = { type: "LoadBalancer", ports: [{ port: 80 }], ...more };
    cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name }, spec }));
  };
  applyService("plain", {});
  // A control: the pool works, so a Service that names its announcer gets an address.
  applyService("announced", { loadBalancerClass: "io.cilium/l2-announcer" });
  const addressesOf = (name: string) => {
    const { loadBalancer } = cluster.get("service", name)?.["status"] as { loadBalancer: { ingress?: readonly unknown[] } };
    return loadBalancer.ingress;
  };
  await eventually(() => addressesOf("announced") !== undefined, "the pool gives no address");
  assert.equal(addressesOf("plain"), undefined);
});

test("the controller manager does not start with a pod range smaller than one node's", async () => {
  assert.throws(
    () => createPlan({ ...chartArgs(), podCidr: "10.244.0.0/25" }),
    /InputError: podCidr: 10\.244\.0\.0\/25 is too small/,
  );
  const options = ["--kubeconfig", cluster.kubeconfig, "--leader-elect=false", "--secure-port=0", "--allocate-node-cidrs"];
  await assert.rejects(
    runAsync("kube-controller-manager", [...options, "--cluster-cidr=10.244.0.0/25"], { seconds: 30 }),
    /Invalid --cluster-cidr, mask size of cluster CIDR must be less than or equal to --node-cidr-mask-size/,
  );
});

// Talos 1.14 sets the flag of each IP family, whatever the machine config says.
test("the controller manager does not start with the flag for the ranges of both IP families next to that of one", async () => {
  const options = ["--kubeconfig", cluster.kubeconfig, "--leader-elect=false", "--secure-port=0", "--allocate-node-cidrs"];
  const flags = ["--cluster-cidr=10.244.0.0/16", "--node-cidr-mask-size=26", "--node-cidr-mask-size-ipv4=24"];
  await assert.rejects(
    runAsync("kube-controller-manager", [...options, ...flags], { seconds: 30 }),
    /usage of --node-cidr-mask-size-ipv4 and --node-cidr-mask-size-ipv6 is not allowed if --node-cidr-mask-size is set/,
  );
});

test("without a toleration for nodes that are not ready, a new node gets no agent", async () => {
  // The API server marks every new node as not ready, and its kubelet says why.
  cluster.apply(
    JSON.stringify({ apiVersion: "v1", kind: "Node", metadata: { name: "new", labels: { "kubernetes.io/os": "linux" } } }),
  );
  const conditions = [{ type: "Ready", status: "False", reason: "KubeletNotReady", message: "cni plugin not initialized" }];
  const patch = JSON.stringify({ status: { conditions } });
  const { ok, output } = cluster.kubectl(["patch", "node", "new", "--subresource=status", "--patch", patch]);
  assert(ok, output);
  const options = ["--kubeconfig", cluster.kubeconfig, "--leader-elect=false", "--secure-port=0"];
  const controllers = runAsync("kube-controller-manager", options, { seconds: 30 }).catch(() => undefined);

  /** The number of nodes that should run the agent, once the controller has seen the DaemonSet. */
  const desiredAgents = async () => {
    const daemonSet = () => cluster.get("daemonset", "cilium", "kube-system");
    const status = () => daemonSet()?.["status"] as { observedGeneration?: number; desiredNumberScheduled?: number };
    await eventually(() => status().observedGeneration === daemonSet()?.metadata["generation"], "the controller does nothing");
    return status().desiredNumberScheduled;
  };
  const args = { values: { tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }] } };
  assert.throws(() => createPlan({ ...args, ...chartArgs() }), InputError);
  cluster.apply(createManifest(renderInputs(args).objects).yaml);
  assert.equal(await desiredAgents(), 0);
  cluster.apply(createPlan(chartArgs()).manifest.yaml);
  assert.equal(await desiredAgents(), 1);
  await controllers;
});

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { loadBalancerObjects } from "../../components/cilium/loadBalancer/objects.ts";
import { manifestOf } from "../../components/kubernetes/manifest.ts";
import { InputError } from "../../components/support/problems.ts";
import { validateWithChart } from "../../components/checks/validate.ts";
import { runAsync } from "../../tools/childProcess.mjs";
import { chartArgs } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";
import { renderInputs } from "../harness/renderInputs.ts";

// What the checks refuse is given to the cluster all the same.
let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.start();
  cluster.apply(readGatewayApiCrds("v1.2.0"));
});
afterEach(() => cluster.stop());

async function startRefused(args: TalosCiliumCniArgs) {
  assert.throws(() => validateWithChart({ ...args, ...chartArgs() }), InputError);
  cluster.apply(manifestOf(renderInputs(args).objects).yaml);
  return cluster.startOperator();
}

test("without Cilium in the place of kube-proxy, no GatewayClass is accepted", async () => {
  const { log } = await startRefused({ values: { kubeProxyReplacement: false }, l2: { enabled: false } });
  await eventually(() => /kube-proxy-replacement/i.test(log()), "the operator says nothing of it");
  await sleep(3_000);
  const { conditions = [] } = (cluster.get("gatewayclass", "cilium")?.["status"] ?? {}) as {
    conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  assert(!conditions.some(({ type, status }) => type === "Accepted" && status === "True"));
});

test("with a misspelt way to give addresses, Services get none", async () => {
  await startRefused({ ...devStack, values: { defaultLBServiceIPAM: "lb-ipam" } });
  const kind = "crd/ciliumloadbalancerippools.cilium.io";
  await eventually(
    () => cluster.kubectl(["wait", "--for=condition=Established", kind, "--timeout=1s"]).ok,
    "the operator does not register its kinds",
  );
  const [pool] = loadBalancerObjects(renderInputs(devStack).settings);
  cluster.apply(JSON.stringify(pool));
  const service = (name: string, spec: object) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }], ...spec },
  });
  cluster.apply(JSON.stringify(service("plain", {})));
  // One that names its announcer gets an address: the pool is there.
  cluster.apply(JSON.stringify(service("announced", { loadBalancerClass: "io.cilium/l2-announcer" })));
  const addresses = (name: string) =>
    (cluster.get("service", name)?.["status"] as { loadBalancer: { ingress?: readonly unknown[] } }).loadBalancer.ingress;
  await eventually(() => addresses("announced") !== undefined, "the pool gives no address");
  assert.equal(addresses("plain"), undefined);
});

test("of a pod range smaller than a node's, the controller manager gives nobody any", async () => {
  assert.throws(
    () => validateWithChart({ ...chartArgs(), podCidr: "10.244.0.0/25" }),
    /InputError: podCidr: 10\.244\.0\.0\/25 is too small/,
  );
  const options = ["--kubeconfig", cluster.kubeconfig, "--leader-elect=false", "--secure-port=0", "--allocate-node-cidrs"];
  await assert.rejects(
    runAsync("kube-controller-manager", [...options, "--cluster-cidr=10.244.0.0/25"], { seconds: 30 }),
    /Invalid --cluster-cidr, mask size of cluster CIDR must be less than or equal to --node-cidr-mask-size/,
  );
});

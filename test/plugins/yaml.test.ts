// The plugin of this repository with the Kubernetes plugin, from a YAML program.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Clone } from "../../commands/lib/clone.ts";
import { findPluginFolder } from "../../commands/lib/plugins.ts";
import { chart } from "../harness/charts.ts";
import { Cluster } from "../harness/cluster.ts";
import { missingFor } from "../harness/languages.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const skip = missingFor("language-yaml");

let clone: Clone;
let cluster: Cluster;
before(async () => {
  if (skip !== false) return;
  clone = new Clone();
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
after(async () => {
  if (skip !== false) return;
  await cluster.stop();
  clone.remove();
});

test("examples/existing-cluster-yaml installs Cilium in a cluster", { skip, timeout: 300_000 }, async () => {
  const folder = join(clone.folder, "examples", "existing-cluster-yaml");
  const program = readFileSync(join(folder, "Pulumi.yaml"), "utf8");
  // A test downloads nothing. Pools need Cilium's operator, which no kubelet starts here.
  const local = `delivery: chart
      chart: { path: ${chart().path} }
      gatewayApi: { crdsPath: crds.yaml }`;
  // With a version, `pulumi install` does not ask for the newest one. It is a name here: the plugin of this machine is installed under it.
  const version = "4.32.0";
  const withoutPools = program
    .replace("packages:\n", `packages:\n  kubernetes: kubernetes@${version}\n`)
    .replace("delivery: chart", local)
    .replace(/ {6}loadBalancer:\n(?: {8}.*\n)+/, "");
  assert.notEqual(withoutPools, program);
  writeFileSync(join(folder, "Pulumi.yaml"), withoutPools);
  writeFileSync(join(folder, "crds.yaml"), readGatewayApiCrds("v1.4.1"));
  const pulumi = (...args: readonly string[]) =>
    clone.run("pulumi", ["--non-interactive", "--color", "never", "--cwd", folder, ...args], { KUBECONFIG: cluster.kubeconfig });
  await pulumi("stack", "select", "homelab", "--create");
  // `pulumi install` looks for plugins in the Pulumi home only, and this home is empty.
  const plugin = join(findPluginFolder("resource-kubernetes") ?? "", "pulumi-resource-kubernetes");
  await pulumi("plugin", "install", "resource", "kubernetes", version, "--file", plugin);
  await pulumi("install");
  await pulumi("config", "set", "context", "test");
  await pulumi("up", "--yes", "--skip-preview");
  for (const [kind, name] of [
    ["daemonset", "cilium"],
    ["configmap", "cilium-config"],
  ] as const) {
    assert(cluster.get(kind, name, "kube-system"), `there is no ${kind} ${name}`);
  }
  assert(cluster.get("crd", "gateways.gateway.networking.k8s.io"), "there are no Gateway API CRDs");
  assert.match(await pulumi("preview"), /unchanged/);
});

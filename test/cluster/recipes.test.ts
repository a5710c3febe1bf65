// The objects of docs/recipes.md on a real API server, with the kinds of each release.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { run } from "../../tools/childProcess.mjs";
import { readAsKubernetes, releases } from "../harness/charts.ts";
import { Cluster } from "../harness/cluster.ts";
import { codeBlocks } from "../harness/codeBlocks.ts";
import { differences } from "../harness/differences.ts";
import { readRecipes, recipesPage } from "../harness/recipes.ts";
import { renderInputs } from "../harness/renderInputs.ts";
import { readCiliumCrds } from "../harness/suiteData.ts";

const applied = readRecipes().flatMap(({ args, objects }) => objects.map(({ text, object }) => ({ args, text, object })));
const folder = mkdtempSync(join(tmpdir(), "recipes-"));
let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
});
after(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

/** Registers the kinds of a release. */
function applyKinds(ciliumVersion: string): void {
  for (const crd of readCiliumCrds(ciliumVersion)) cluster.apply(crd);
  const { ok, output } = cluster.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
  assert(ok, output);
}

const applyNode = (name: string, labels: object) => {
  cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "Node", metadata: { name, labels } }));
};

/** The configuration that the agent of a node gets: what its init container writes. */
function configOf(node: string, namespace: string): Readonly<Record<string, string>> {
  const dest = mkdtempSync(join(folder, "config-"));
  const sources = `config-map:${namespace}/cilium-config,cilium-node-config:${namespace}`;
  const kubeconfig = `--k8s-kubeconfig-path=${cluster.kubeconfig}`;
  run("cilium-dbg", ["build-config", kubeconfig, `--node-name=${node}`, `--source=${sources}`, `--dest=${dest}`]);
  // Apart from where it comes from.
  const files = readdirSync(dest).filter((name) => !name.startsWith(".") && name !== "config-sources");
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(dest, name), "utf8")]));
}

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion}: a real API server accepts the objects of the recipes in strict mode, and returns every field`, () => {
    applyKinds(ciliumVersion);
    assert(applied.length >= 4);
    for (const { text, object } of applied) {
      cluster.apply(text);
      const { output } = cluster.kubectl(["get", "--filename", "-", "--output", "json"], text);
      const { items } = JSON.parse(output) as { items: readonly KubernetesObject[] };
      assert.deepEqual(differences(readAsKubernetes(text)[0], items[0]), [], nameOf(object));
      // A control: a field that the kind does not have is rejected.
      const misspelled = { ...object, spec: { ...(object["spec"] as object), nodeselector: {} } };
      assert.throws(() => {
        cluster.apply(JSON.stringify(misspelled));
      }, /nodeselector/);
      cluster.kubectl(["delete", "--filename", "-"], text);
    }
  });

  test(`Cilium ${ciliumVersion}: a CiliumNodeConfig changes the configuration of the nodes that it selects, and of no other`, () => {
    applyKinds(ciliumVersion);
    applyNode("other", { "kubernetes.io/hostname": "other" });
    const nodeConfigs = applied.filter(({ object }) => object.kind === "CiliumNodeConfig");
    assert(nodeConfigs.length > 0);
    for (const { args, text, object } of nodeConfigs) {
      const { objects } = renderInputs({ ...args, ciliumVersion });
      const config = objects.find(({ metadata }) => metadata.name === "cilium-config");
      cluster.apply(JSON.stringify(config));
      const namespace = config?.metadata.namespace ?? "";
      const { nodeSelector, defaults } = object["spec"] as {
        nodeSelector: { matchLabels: object };
        defaults: Record<string, string>;
      };
      applyNode("selected", nodeSelector.matchLabels);
      const unchanged = configOf("selected", namespace);
      cluster.apply(text);
      assert.deepEqual(configOf("selected", namespace), { ...unchanged, ...defaults });
      assert.notDeepEqual(configOf("selected", namespace), unchanged);
      assert.deepEqual(configOf("other", namespace), unchanged);
      cluster.kubectl(["delete", "--filename", "-"], text);
      cluster.kubectl(["delete", "node", "selected"]);
    }
  });
}

test("the certificate authority of one cluster is copied to another as the page says", async () => {
  const cabin = await Cluster.start();
  try {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "cilium-ca", namespace: "kube-system" },
      data: { "ca.crt": "Y2E=" },
    };
    cluster.apply(JSON.stringify(secret));
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, contexts({ home: cluster, cabin }));
    const [command = ""] = codeBlocks(recipesPage, "bash").filter((block) => block.includes("--context"));
    run("sh", ["-c", command], { env: { ...process.env, KUBECONFIG: kubeconfig } });
    assert.deepEqual(cabin.get("secret", "cilium-ca", "kube-system")?.["data"], secret.data);
  } finally {
    await cabin.stop();
  }
});

/** A kubeconfig with a context for each cluster. */
function contexts(clusters: Readonly<Record<string, Cluster>>): string {
  interface Kubeconfig {
    readonly clusters: readonly KubernetesObject[];
    readonly users: readonly KubernetesObject[];
  }
  const entries = Object.entries(clusters).map(([name, { kubeconfig }]) => {
    const single = JSON.parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
    return { name, cluster: { ...single.clusters[0], name }, user: { ...single.users[0], name } };
  });
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: entries.map(({ cluster: each }) => each),
    users: entries.map(({ user }) => user),
    contexts: entries.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  });
}

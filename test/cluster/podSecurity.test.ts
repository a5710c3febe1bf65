// Talos lets the API server enforce the PodSecurity level baseline in every namespace without a label, except in kube-system.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isRefusedByBaseline, podSpecOf } from "../../components/kubernetes/podTemplates.ts";
import { type KubernetesObject, writeDocument } from "../../components/kubernetes/yaml.ts";
import { createPlan } from "../../components/plan.ts";
import { run } from "../../tools/childProcess.mjs";
import { chartArgs, releases } from "../harness/charts.ts";
import { Cluster, type KubectlResult } from "../harness/cluster.ts";

const enforce = "pod-security.kubernetes.io/enforce";
let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
});
after(() => cluster.stop());

// Without storage of its own, the server has all its volumes in the pod.
const install = { enabled: true, server: { dataStorage: { enabled: false } } };
const spire = { authentication: { enabled: true, mutual: { spire: { enabled: true, install } } } };

/** Creates a Namespace as Talos treats it: without a label, the level is baseline. */
function createNamespace({ metadata }: KubernetesObject, name: string): void {
  const labels = { [enforce]: "baseline", ...(metadata["labels"] as Record<string, string> | undefined) };
  cluster.apply(writeDocument({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } }));
  // A controller would create it.
  cluster.apply(writeDocument({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name } }));
}

/** Asks the API server whether it admits the pod that an object creates. */
function admits(object: KubernetesObject, namespace: string): KubectlResult {
  const spec = { ...podSpecOf(object), serviceAccountName: "default", restartPolicy: "Always" };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "pod", namespace }, spec };
  return cluster.kubectl(["create", "--dry-run=server", "--filename", "-"], writeDocument(pod));
}

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion}: SPIRE's pods are admitted into its Namespace, and without the labels they are not`, () => {
    const { entries } = createPlan({ ...chartArgs(ciliumVersion), values: spire }).manifest;
    const objects = entries.map(({ object }) => object);
    const namespace = objects.find(({ kind, metadata }) => kind === "Namespace" && metadata.name === "cilium-spire");
    assert(namespace !== undefined);
    const release = ciliumVersion.replaceAll(".", "-");
    createNamespace(namespace, `spire-${release}`);
    createNamespace({ ...namespace, metadata: { name: "chart" } }, `unlabelled-${release}`);
    const pods = objects.filter((object) => podSpecOf(object) !== undefined && object.metadata.namespace === "cilium-spire");
    assert.deepEqual(pods.map(({ metadata }) => metadata.name).toSorted(), ["spire-agent", "spire-server"]);
    for (const pod of pods) {
      const { ok, output } = admits(pod, `spire-${release}`);
      assert(ok, output);
      assert.match(admits(pod, `unlabelled-${release}`).output, /forbidden: violates PodSecurity "baseline:latest"/);
    }
  });

  test(`Cilium ${ciliumVersion}: the API server refuses exactly the pods that use the host`, () => {
    const namespace = `baseline-${ciliumVersion.replaceAll(".", "-")}`;
    createNamespace({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, namespace);
    const hubble = { hubble: { enabled: true, relay: { enabled: true }, ui: { enabled: true } } };
    const mesh = { clustermesh: { useAPIServer: true, apiserver: { tls: { auto: { method: "cronJob" } } } } };
    const values = { ...spire, ...hubble, ...mesh, cluster: { name: "a", id: 1 } };
    const { entries } = createPlan({ ...chartArgs(ciliumVersion), values }).manifest;
    const pods = entries.map(({ object }) => object).filter((object) => podSpecOf(object) !== undefined);
    const verdicts = pods.map((object) => {
      const { ok, output } = admits(object, namespace);
      assert(ok || output.includes("violates PodSecurity"), output);
      const pod = podSpecOf(object);
      return { name: object.metadata.name, isRefused: !ok, expected: pod !== undefined && isRefusedByBaseline(pod) };
    });
    for (const { name, isRefused, expected } of verdicts) assert.equal(isRefused, expected, name);
    const names = (isRefused: boolean) => verdicts.filter((verdict) => verdict.isRefused === isRefused).map(({ name }) => name);
    for (const name of ["cilium", "cilium-envoy", "cilium-operator"]) assert(names(true).includes(name), name);
    for (const name of ["hubble-relay", "hubble-ui", "clustermesh-apiserver"]) assert(names(false).includes(name), name);
  });
}

test("the commands that warnings give work as they are", () => {
  const label = warningsOf({
    authentication: {
      enabled: true,
      mutual: { spire: { enabled: true, install: { ...install, existingNamespace: true, namespace: "existing" } } },
    },
  });
  cluster.apply(writeDocument({ apiVersion: "v1", kind: "Namespace", metadata: { name: "existing" } }));
  runInShell(label);
  assert.partialDeepStrictEqual(cluster.get("namespace", "existing")?.metadata, { labels: { [enforce]: "privileged" } });

  runInShell(warningsOf({ encryption: { enabled: true, type: "ipsec", ipsec: { keyFile: "psk" } } }));
  const { psk = "" } = (cluster.get("secret", "cilium-ipsec-keys", "kube-system")?.["data"] ?? {}) as Record<string, string>;
  // Key 3 with keys for each tunnel, the algorithm, 16 bytes of key and 4 of salt, and the length of the authentication tag.
  assert.match(Buffer.from(psk, "base64").toString(), /^3\+ rfc4106\(gcm\(aes\)\) [0-9a-f]{40} 128$/);
});

/** The only warning about these values. */
function warningsOf(values: Record<string, unknown>): string {
  const [warning, ...others] = createPlan({ ...chartArgs(), values }).warnings;
  assert.deepEqual(others, []);
  return warning?.message ?? assert.fail("the values cause no warning");
}

/** Runs the command of a warning, which stands at its end, in a shell. */
function runInShell(message: string): void {
  const [, command] = /; run: (kubectl .*)$/.exec(message) ?? assert.fail(message);
  run("sh", ["-c", `KUBECONFIG=${cluster.kubeconfig}; export KUBECONFIG; ${command}`]);
}

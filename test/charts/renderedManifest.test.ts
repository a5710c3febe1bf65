import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAllDocuments, visit } from "yaml";
import type { HelmValues } from "../../components/helm/values.ts";
import { type Manifest, nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { createPlan } from "../../components/plan.ts";
import { problemLines } from "../../components/support/problems.ts";
import { devStack } from "../fixtures/devStack.ts";
import { hubble, variants } from "../fixtures/variants.ts";
import { withoutAdvisories } from "../harness/advisories.ts";
import { chartArgs, readAsKubernetes, releases, renderWithHelm } from "../harness/charts.ts";

function countComments(stream: string): number {
  let count = 0;
  for (const document of parseAllDocuments(stream)) {
    visit(document, {
      Node: (_, { comment, commentBefore }) => {
        if (comment || commentBefore) count += 1;
      },
    });
    if (document.comment || document.commentBefore) count += 1;
  }
  return count;
}

const objectsOf = ({ entries }: Manifest) => entries.map(({ object }) => object);
const byName = (objects: readonly KubernetesObject[]) =>
  new Map(objects.map((object) => [`${object.apiVersion} ${nameOf(object)}`, object]));
const namespacedKinds = new Set([
  "ConfigMap",
  "CronJob",
  "DaemonSet",
  "Deployment",
  "Endpoints",
  "EndpointSlice",
  "Ingress",
  "Job",
  "PodDisruptionBudget",
  "ResourceQuota",
  "Role",
  "RoleBinding",
  "Secret",
  "Service",
  "ServiceAccount",
  "ServiceMonitor",
  "StatefulSet",
]);

/** Removes the labels that the component adds to SPIRE's Namespace, so that Talos admits the pods. */
function withoutAddedLabels(object: KubernetesObject): KubernetesObject {
  if (nameOf(object) !== "Namespace cilium-spire") return object;
  const { labels, ...metadata } = object.metadata;
  const added = ["audit", "enforce", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "privileged"]);
  assert.deepEqual(labels, Object.fromEntries(added));
  return { ...object, metadata };
}

for (const { ciliumVersion } of releases) {
  for (const [name, args] of Object.entries(variants)) {
    test(`Cilium ${ciliumVersion}, ${name}: Kubernetes reads the same objects from the manifest as from Helm's output`, () => {
      const complete = { ...args, ...chartArgs(ciliumVersion) };
      const { manifest } = createPlan(complete);
      const manifestObjects = readAsKubernetes(manifest.yaml) as readonly KubernetesObject[];
      const helmObjects = byName(renderWithHelm(complete));
      for (const [identity, object] of byName(manifestObjects)) {
        if (nameOf(object) === "Namespace cilium") continue; // added by the component, not part of the chart
        assert.deepEqual(withoutAddedLabels(object), helmObjects.get(identity), identity);
        helmObjects.delete(identity);
      }
      assert.deepEqual([...helmObjects.keys()], []);
      assert.equal(byName(manifestObjects).size, manifestObjects.length, "an object appears twice");
    });

    test(`Cilium ${ciliumVersion}, ${name}: Namespaces come first, objects name their namespace, comments and test hooks are gone`, () => {
      const { manifest } = createPlan({ ...args, ...chartArgs(ciliumVersion) });
      const kinds = objectsOf(manifest).map(({ kind }) => kind);
      const namespaceCount = kinds.filter((kind) => kind === "Namespace").length;
      assert(kinds.slice(0, namespaceCount).every((kind) => kind === "Namespace"));
      assert.equal(countComments(manifest.yaml), 0);
      assert.doesNotMatch(manifest.yaml, /helm\.sh\/hook: test/);
      for (const object of objectsOf(manifest)) {
        assert.equal(object.metadata.namespace !== undefined, namespacedKinds.has(object.kind), nameOf(object));
      }
    });
  }
}

test("with `namespace: cilium`, every namespaced object is in cilium or cilium-secrets", () => {
  const { manifest } = createPlan({ ...devStack, ...chartArgs(), namespace: "cilium" });
  assert.equal(objectsOf(manifest).map(nameOf)[0], "Namespace cilium");
  const elsewhere = objectsOf(manifest).filter(
    ({ metadata }) => ![undefined, "cilium", "cilium-secrets"].includes(metadata.namespace),
  );
  assert.deepEqual(elsewhere.map(nameOf), []);
});

test("with Hubble on, a Job creates the certificates, and the manifest has no private key", () => {
  for (const { ciliumVersion } of releases) {
    const { manifest, isSecret, warnings } = createPlan({ hubble, ...chartArgs(ciliumVersion) });
    assert(objectsOf(manifest).some(({ kind, metadata }) => kind === "Job" && metadata.name.startsWith("hubble-generate-certs")));
    assert.equal(isSecret, false);
    assert.deepEqual(withoutAdvisories(warnings), []);
    assert.doesNotMatch(manifest.yaml, /PRIVATE KEY/);
  }
});

test("with Hubble turned on by `values` alone, the manifest has no private key", () => {
  const { isSecret } = createPlan({ ...chartArgs(), values: { hubble: { enabled: true, relay: { enabled: true } } } });
  assert.equal(isSecret, false);
});

test("a Secret makes the manifest secret, and a warning names the value that causes it", () => {
  const { isSecret, warnings } = createPlan({
    ...chartArgs("1.18.4"),
    values: { azure: { enabled: true, clientSecret: "a".repeat(20) } },
  });
  assert.equal(isSecret, true);
  assert.match(
    problemLines(withoutAdvisories(warnings)).join("\n"),
    /^values\.azure\.clientSecret: puts Secret kube-system\/cilium-azure into the manifest/,
  );
});

test("inputs that the chart rejects give one error that quotes Helm", () => {
  assert.throws(() => createPlan({ ...chartArgs(), kubernetesVersion: "1.20" }), {
    message: /^kubernetesVersion: Helm cannot render/,
  });
  const cluster = { name: "A name with spaces" };
  assert.throws(() => createPlan({ ...chartArgs(), values: { cluster } }), {
    message: /^values: Helm cannot render Cilium 1\.19\.6 with these inputs: .*The cluster name is invalid/s,
  });
});

for (const { ciliumVersion, kubernetesVersions } of releases) {
  test(`Cilium ${ciliumVersion} renders the same objects for the oldest and the newest Kubernetes that it is tested with`, () => {
    for (const [name, args] of Object.entries(variants)) {
      const [oldest, newest] = kubernetesVersions.map(
        (kubernetesVersion) => createPlan({ ...args, ...chartArgs(ciliumVersion), kubernetesVersion }).manifest.yaml,
      );
      assert.equal(oldest, newest, name);
    }
  });
}

/** Writes values as Pulumi's Kubernetes plugin does before its Helm reads them: all numbers are floating-point numbers of Go. */
function writeAsPlugin(values: HelmValues): string {
  return JSON.stringify(values, (_, value: unknown) =>
    typeof value === "number" ? `number ${value.toExponential()}` : value,
  ).replaceAll(/"number ([^"]+)"/g, "$1");
}

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion} renders the same with the numbers of Pulumi's Chart, and an exponent is there in both`, () => {
    const numbers = { bpf: { nodeMapMax: 1_000_000, ctTcpMax: 2_345_678 }, nat: { mapStatsEntries: 64 } };
    for (const [name, args] of Object.entries({ ...variants, numbers: { values: numbers } })) {
      const complete = { ...args, ...chartArgs(ciliumVersion) };
      const rendered = renderWithHelm(complete);
      assert.deepEqual(renderWithHelm(complete, { write: writeAsPlugin }), rendered, name);
      if (name === "numbers") assert.match(JSON.stringify(rendered), /"bpf-node-map-max":"1e\+06"/);
    }
  });
}

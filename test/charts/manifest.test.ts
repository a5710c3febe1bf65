import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAllDocuments, visit } from "yaml";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { nameOf, type Manifest } from "../../components/kubernetes/manifest.ts";
import { plan } from "../../components/plan.ts";
import { chartArgs, renderWithHelm, readAsKubernetes, releases } from "../harness/charts.ts";
import { devStack } from "../fixtures/devStack.ts";
import { hubble, variants } from "../fixtures/variants.ts";

function comments(stream: string): number {
  let found = 0;
  for (const document of parseAllDocuments(stream)) {
    visit(document, { Node: (_, { comment, commentBefore }) => void (found += comment || commentBefore ? 1 : 0) });
    if (document.comment || document.commentBefore) found += 1;
  }
  return found;
}

const objects = ({ entries }: Manifest) => entries.map(({ object }) => object);
const byName = (list: readonly KubernetesObject[]) =>
  new Map(list.map((object) => [`${object.apiVersion} ${nameOf(object)}`, object]));
const namespaced = new Set(
  "ConfigMap CronJob DaemonSet Deployment Endpoints EndpointSlice Ingress Job PodDisruptionBudget ResourceQuota Role RoleBinding Secret Service ServiceAccount StatefulSet".split(
    " ",
  ),
);

for (const { ciliumVersion } of releases) {
  for (const [name, args] of Object.entries(variants)) {
    test(`Cilium ${ciliumVersion}, ${name}: the manifest means to Kubernetes what Helm's output means`, () => {
      const complete = { ...args, ...chartArgs(ciliumVersion) };
      const { manifest } = plan(complete);
      const read = readAsKubernetes(manifest.yaml) as readonly KubernetesObject[];
      const printed = byName(renderWithHelm(complete));
      for (const [identity, object] of byName(read)) {
        if (nameOf(object) === "Namespace cilium") continue; // ours, and no part of the chart
        assert.deepEqual(object, printed.get(identity), identity);
        printed.delete(identity);
      }
      assert.deepEqual([...printed.keys()], []);
      assert.equal(byName(read).size, read.length, "no object twice");
    });

    test(`Cilium ${ciliumVersion}, ${name}: order, namespaces and hooks are what a cluster needs`, () => {
      const { manifest } = plan({ ...args, ...chartArgs(ciliumVersion) });
      const namespaces = objects(manifest).filter(({ kind }) => kind === "Namespace").length;
      assert(
        objects(manifest)
          .slice(0, namespaces)
          .every(({ kind }) => kind === "Namespace"),
      );
      assert.equal(comments(manifest.yaml), 0);
      assert.doesNotMatch(manifest.yaml, /helm\.sh\/hook: test/);
      for (const object of objects(manifest)) {
        assert.equal(
          object.metadata.namespace !== undefined,
          namespaced.has(object.kind) || object.kind === "ServiceMonitor",
          nameOf(object),
        );
      }
    });
  }
}

test("in a namespace of its own, Cilium is not split", () => {
  const { manifest } = plan({ ...devStack, ...chartArgs(), namespace: "cilium" });
  assert.equal(objects(manifest).map(nameOf)[0], "Namespace cilium");
  const elsewhere = objects(manifest).filter(
    ({ metadata }) => ![undefined, "cilium", "cilium-secrets"].includes(metadata.namespace),
  );
  assert.deepEqual(elsewhere.map(nameOf), []);
});

test("with Hubble on, a job makes the certificates, hook or not", () => {
  for (const { ciliumVersion } of releases) {
    const { manifest, secret, warnings } = plan({ hubble, ...chartArgs(ciliumVersion) });
    assert(objects(manifest).some(({ kind, metadata }) => kind === "Job" && metadata.name.startsWith("hubble-generate-certs")));
    assert.equal(secret, false);
    assert.deepEqual(warnings, []);
    assert.doesNotMatch(manifest.yaml, /PRIVATE KEY/);
  }
});

test("Hubble turned on by values alone has no private key in the manifest either", () => {
  const { secret } = plan({ ...chartArgs(), values: { hubble: { enabled: true, relay: { enabled: true } } } });
  assert.equal(secret, false);
});

test("a Secret makes the manifest a secret, and the warning says which value did it", () => {
  const { secret, warnings } = plan({ ...chartArgs(), values: { azure: { enabled: true, clientSecret: "a".repeat(20) } } });
  assert.equal(secret, true);
  assert.match(warnings.join("\n"), /^values\.azure\.clientSecret: puts Secret kube-system\/cilium-azure into the manifest/);
});

test("values that the chart refuses are one clear error with Helm's own words", () => {
  assert.throws(() => plan({ ...chartArgs(), kubernetesVersion: "1.20" }), { message: /^kubernetesVersion: Helm cannot render/ });
  const cluster = { name: "A name with spaces" };
  assert.throws(() => plan({ ...chartArgs(), values: { cluster } }), {
    message: /^values: Helm cannot render Cilium 1\.18\.4 with these inputs: .*The cluster name is invalid/s,
  });
});

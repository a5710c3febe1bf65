import assert from "node:assert/strict";
import { test } from "node:test";
import { missingObjects } from "../../../components/kubernetes/references.ts";
import type { KubernetesObject } from "../../../components/kubernetes/yaml.ts";

const namespace = "n";
const object = (kind: string, name: string, rest: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace },
  ...rest,
});
const pod = (spec: object, kind = "DaemonSet") =>
  object(kind, "d", { spec: { template: { spec: { containers: [], ...spec } } } });
const withContainer = (container: object) => ({ initContainers: [{ name: "c", ...container }] });

// Every way in which a pod can refer to an object, for a name and more fields of the reference.
type Spec = (reference: object) => object;
const secretReferences: readonly Spec[] = [
  ({ name, ...more }: { name?: string }) => ({ volumes: [{ name: "v", secret: { secretName: name, ...more } }] }),
  (reference) => ({ volumes: [{ name: "v", projected: { sources: [{ secret: reference }] } }] }),
  (reference) => withContainer({ env: [{ name: "E", valueFrom: { secretKeyRef: { key: "k", ...reference } } }] }),
  (reference) => withContainer({ envFrom: [{ secretRef: reference }] }),
];
const configMapReferences: readonly Spec[] = [
  (reference) => ({ volumes: [{ name: "v", configMap: reference }] }),
  (reference) => ({ volumes: [{ name: "v", projected: { sources: [{ configMap: reference }] } }] }),
  (reference) => withContainer({ env: [{ name: "E", valueFrom: { configMapKeyRef: { key: "k", ...reference } } }] }),
  (reference) => withContainer({ envFrom: [{ configMapRef: reference }] }),
];

for (const [kind, references] of [
  ["Secret", secretReferences],
  ["ConfigMap", configMapReferences],
] as const) {
  for (const specOf of references) {
    test(`a ${kind} that a pod refers to is missing unless it is optional or created: ${JSON.stringify(specOf({ name: "a" }))}`, () => {
      const needed = pod(specOf({ name: "a" }));
      const missing = [{ kind, namespace, name: "a", users: ["DaemonSet n/d"] }];
      assert.deepEqual(missingObjects([needed]), missing);
      assert.deepEqual(missingObjects([pod(specOf({ name: "a", optional: false }))]), missing);
      assert.deepEqual(missingObjects([pod(specOf({ name: "a", optional: true }))]), []);
      assert.deepEqual(missingObjects([needed, object(kind, "a")]), []);
      // The same name does not help in another namespace or of another kind.
      const elsewhere = { ...object(kind, "a"), metadata: { name: "a", namespace: "other" } };
      assert.deepEqual(missingObjects([needed, elsewhere]), missing);
      assert.deepEqual(missingObjects([needed, object(kind === "Secret" ? "ConfigMap" : "Secret", "a")]), missing);
    });
  }
}

const needsSecret = (name: string) => pod({ volumes: [{ name: "v", secret: { secretName: name } }] });

test("a Job or CronJob that names an object creates it, and one that only has a similar name does not", () => {
  const container = (name: string) => ({
    containers: [{ name: "c", env: [{ name: "CONFIG", value: `items:\n- name: "${name}"\n` }] }],
  });
  const job = (name: string) => pod(container(name), "Job");
  const cronJob = object("CronJob", "j", { spec: { jobTemplate: { spec: { template: { spec: container("certs") } } } } });
  assert.deepEqual(missingObjects([needsSecret("certs"), job("certs")]), []);
  assert.deepEqual(missingObjects([needsSecret("certs"), cronJob]), []);
  for (const other of ["certs-2", "my-certs", "certs.example", "cert"]) {
    assert.equal(missingObjects([needsSecret("certs"), job(other)]).length, 1, other);
  }
});

test("cert-manager creates the Secret of a Certificate, and Kubernetes its own ConfigMap", () => {
  const certificate = (secretName: string) => object("Certificate", "c", { spec: { secretName } });
  assert.deepEqual(missingObjects([needsSecret("certs"), certificate("certs")]), []);
  assert.equal(missingObjects([needsSecret("certs"), certificate("others")]).length, 1);
  const ownConfigMap = pod({ volumes: [{ name: "v", configMap: { name: "kube-root-ca.crt" } }] });
  assert.deepEqual(missingObjects([ownConfigMap]), []);
});

test("an object that several pods need is missing once, with all that need it", () => {
  const other = { ...needsSecret("a"), metadata: { name: "e", namespace } };
  assert.deepEqual(missingObjects([needsSecret("a"), other, needsSecret("a")]), [
    { kind: "Secret", namespace, name: "a", users: ["DaemonSet n/d", "DaemonSet n/e"] },
  ]);
});

test("pods without volumes and variables, and references without a name, need nothing", () => {
  for (const spec of [
    {},
    { volumes: null },
    withContainer({ env: null, envFrom: null }),
    withContainer({ env: [{ name: "E", value: "v" }] }),
  ]) {
    assert.deepEqual(missingObjects([pod(spec)]), []);
  }
  assert.deepEqual(missingObjects([needsSecret("")]), []);
});

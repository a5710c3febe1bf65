import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesObject } from "../../../components/kubernetes/yaml.ts";
import { imagesOf, manifestOf, nameOf, type ManifestEntry } from "../../../components/kubernetes/manifest.ts";
import { withNamespace } from "../../../components/cilium/namespace.ts";
import { isSecret, secretsIn } from "../../../components/kubernetes/secrets.ts";

const object = (kind: string, name: string, rest: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  ...rest,
});

function entryOf(item: KubernetesObject): ManifestEntry {
  const [entry] = manifestOf([item]).entries;
  assert(entry !== undefined);
  return entry;
}

test("Namespaces come first, then CRDs, then the order given", () => {
  const { entries } = manifestOf([
    object("ServiceAccount", "a"),
    object("CustomResourceDefinition", "b"),
    object("DaemonSet", "c"),
    object("Namespace", "d"),
    object("ConfigMap", "e"),
  ]);
  assert.deepEqual(
    entries.map(({ name }) => name),
    ["Namespace d", "CustomResourceDefinition b", "ServiceAccount a", "DaemonSet c", "ConfigMap e"],
  );
});

test("an object that comes twice is written once; two that differ are an error", () => {
  assert.equal(manifestOf([object("ConfigMap", "a"), object("ConfigMap", "a")]).entries.length, 1);
  assert.throws(
    () => manifestOf([object("ConfigMap", "a"), object("ConfigMap", "a", { data: {} })]),
    /two different ConfigMap a/,
  );
});

test("names, digests and images of objects", () => {
  const pod = object("Pod", "a", { spec: { containers: [{ image: "b" }, { image: "a" }], initContainers: [{ image: "b" }] } });
  assert.equal(nameOf({ ...pod, metadata: { name: "a", namespace: "n" } }), "Pod n/a");
  const [entry, other] = [pod, object("Pod", "b")].map((item) => entryOf(item));
  assert.match(entry?.digest ?? "", /^[0-9a-f]{12}$/);
  assert.notEqual(entry?.digest, other?.digest);
  assert.deepEqual(imagesOf([pod, pod]), ["a", "b"]);
});

test("kube-system needs no Namespace; any other gets one that admits privileged pods", () => {
  const objects = [object("ServiceAccount", "a")];
  assert.deepEqual(withNamespace(objects, "kube-system"), objects);
  const [namespace] = withNamespace(objects, "cilium");
  assert.deepEqual(namespace, {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: "cilium",
      labels: {
        "pod-security.kubernetes.io/enforce": "privileged",
        "pod-security.kubernetes.io/audit": "privileged",
        "pod-security.kubernetes.io/warn": "privileged",
      },
    },
  });
});

test("a Namespace that the chart renders itself keeps its labels and gets ours", () => {
  const rendered = {
    ...object("Namespace", "cilium"),
    metadata: { name: "cilium", labels: { own: "label" }, annotations: null },
  };
  const objects = withNamespace([object("ServiceAccount", "a"), rendered], "cilium");
  assert.deepEqual(objects.map(nameOf), ["Namespace cilium", "ServiceAccount a"]);
  const { labels, annotations } = objects[0]?.metadata as unknown as { labels: object; annotations: null };
  assert.equal(Object.keys(labels).length, 4);
  assert.equal(annotations, null);
});

test("Secrets and private keys are secret, and the warning names the value that put them there", () => {
  const key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n";
  const config = object("ConfigMap", "a", { data: { key } });
  assert(isSecret(entryOf(object("Secret", "a"))));
  assert(isSecret(entryOf(config)));
  assert(!isSecret(entryOf(object("ConfigMap", "a", { data: { certificate: "-----BEGIN CERTIFICATE-----" } }))));
  for (const before of ["", "a", "ab", "abc"]) {
    const key = Buffer.from(`${before}-----BEGIN EC PRIVATE KEY-----`).toString("base64");
    assert(isSecret(entryOf(object("ConfigMap", "a", { data: { key } }))), before);
  }

  const warning = (secret: KubernetesObject, template: string, values: Record<string, unknown> = {}) =>
    secretsIn([entryOf(secret)], values, [{ object: secret, template }])
      .map(({ input, message }) => `${input}: ${message}`)
      .join("\n");
  assert.match(
    warning(config, "cilium-configmap.yaml", { extraConfig: { key: "MIIE-and-16-more-characters" } }),
    /^values\.\(by template cilium-configmap/,
  );
  assert.match(
    warning(object("Secret", "s"), "hubble/tls-provided/server-secret.yaml"),
    /^values\.hubble\.tls: puts Secret s into/,
  );
  assert.match(warning(object("Secret", "s"), "cilium-operator/secret.yaml"), /^values\.azure: /);
  assert.match(
    warning(config, "cilium-configmap.yaml", { extraConfig: { pem: key } }),
    /^values\.extraConfig\.pem: puts ConfigMap a/,
  );
  const given = "c2VjcmV0IHNlY3JldA==";
  assert.match(
    warning(object("Secret", "s", { data: { "ca.key": given } }), "cilium-ca-secret.yaml", { tls: { ca: { key: given } } }),
    /^values\.tls\.ca\.key: /,
  );
  assert.equal(warning(object("ConfigMap", "a"), "x.yaml"), "");
});

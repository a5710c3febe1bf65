import assert from "node:assert/strict";
import { test } from "node:test";
import { createManifest, imagesOf, nameOf } from "../../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../../components/kubernetes/yaml.ts";

const object = (kind: string, name: string, rest: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  ...rest,
});

test("Namespaces come first, then CRDs, then the other objects in their order", () => {
  const { entries } = createManifest([
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

test("an object that is rendered twice is written once; two different objects of one name are an error", () => {
  assert.equal(createManifest([object("ConfigMap", "a"), object("ConfigMap", "a")]).entries.length, 1);
  assert.throws(
    () => createManifest([object("ConfigMap", "a"), object("ConfigMap", "a", { data: {} })]),
    /two different ConfigMap a/,
  );
});

test("every object has its name and digest, and the images are sorted without duplicates", () => {
  const pod = object("Pod", "a", { spec: { containers: [{ image: "b" }, { image: "a" }], initContainers: [{ image: "b" }] } });
  assert.equal(nameOf({ ...pod, metadata: { name: "a", namespace: "n" } }), "Pod n/a");
  const [entry, other] = createManifest([pod, object("Pod", "b")]).entries;
  assert.match(entry?.digest ?? "", /^[0-9a-f]{12}$/);
  assert.notEqual(entry?.digest, other?.digest);
  assert.deepEqual(imagesOf([pod, pod]), ["a", "b"]);
});

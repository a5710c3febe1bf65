import assert from "node:assert/strict";
import { test } from "node:test";
import { withNamespace } from "../../../components/cilium/namespace.ts";
import { nameOf } from "../../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../../components/kubernetes/yaml.ts";

const object = (kind: string, name: string, rest: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  ...rest,
});

test("kube-system needs no Namespace, and any other namespace gets one that admits privileged pods", () => {
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

test("a Namespace that the chart renders keeps its own labels and gets the PodSecurity labels", () => {
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

import assert from "node:assert/strict";
import { test } from "node:test";
import { namespacesOfRefusedPods, withNamespaces } from "../../../components/cilium/namespace.ts";
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
  assert.deepEqual(withNamespaces(objects, "kube-system"), objects);
  const [namespace] = withNamespaces(objects, "cilium");
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

const admitting = Object.fromEntries(
  ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "privileged"]),
);
const pod = (namespace: string, spec: object): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "d", namespace },
  spec: { template: { spec: { containers: [], ...spec } } },
});

for (const release of ["kube-system", "cilium"]) {
  test(`in a release in ${release}, every Namespace of the chart gets the labels if it has pods that use the host`, () => {
    const objects = [
      object("Namespace", "spire"),
      object("Namespace", "harmless"),
      object("Namespace", "empty"),
      object("Namespace", "kube-system"),
      pod("spire", { hostPID: true }),
      pod("harmless", {}),
      pod("kube-system", { hostNetwork: true }),
    ];
    const labels = withNamespaces(objects, release)
      .filter(({ kind }) => kind === "Namespace")
      .map(({ metadata }) => [metadata.name, metadata["labels"]]);
    const ofRelease = release === "cilium" ? [["cilium", admitting]] : [];
    assert.deepEqual(labels, [
      ...ofRelease,
      ["spire", admitting],
      ["harmless", undefined],
      ["empty", undefined],
      ["kube-system", undefined],
    ]);
    assert.deepEqual(namespacesOfRefusedPods(objects), ["spire"]);
  });
}

test("a Namespace that the chart renders keeps its own labels and gets the PodSecurity labels", () => {
  const rendered = {
    ...object("Namespace", "cilium"),
    metadata: { name: "cilium", labels: { own: "label" }, annotations: null },
  };
  const objects = withNamespaces([object("ServiceAccount", "a"), rendered], "cilium");
  assert.deepEqual(objects.map(nameOf), ["Namespace cilium", "ServiceAccount a"]);
  const { labels, annotations } = objects[0]?.metadata as unknown as { labels: object; annotations: null };
  assert.equal(Object.keys(labels).length, 4);
  assert.equal(annotations, null);
});

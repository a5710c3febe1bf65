import type { KubernetesObject } from "../kubernetes/yaml.ts";

// Talos enforces PodSecurity `baseline` everywhere but in kube-system, and Cilium's pods need the host's network and mounts.
const labels = {
  "pod-security.kubernetes.io/enforce": "privileged",
  "pod-security.kubernetes.io/audit": "privileged",
  "pod-security.kubernetes.io/warn": "privileged",
};

/** The objects with the release namespace among them, labelled so that Talos admits Cilium's pods to it. */
export function withNamespace(objects: readonly KubernetesObject[], name: string): readonly KubernetesObject[] {
  if (name === "kube-system") return objects;
  const isRelease = ({ kind, metadata }: KubernetesObject) => kind === "Namespace" && metadata.name === name;
  const rendered = objects.find(isRelease);
  const base: KubernetesObject = rendered ?? { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  const labelled = { ...base, metadata: { ...base.metadata, labels: { ...(base.metadata["labels"] ?? {}), ...labels } } };
  return [labelled, ...objects.filter((object) => object !== rendered)];
}

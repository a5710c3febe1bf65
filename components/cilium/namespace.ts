import type { KubernetesObject } from "../kubernetes/yaml.ts";

// Talos enforces PodSecurity `baseline` everywhere except in kube-system, and Cilium's pods need the host's network and mounts.
const podSecurityLabels = {
  "pod-security.kubernetes.io/enforce": "privileged",
  "pod-security.kubernetes.io/audit": "privileged",
  "pod-security.kubernetes.io/warn": "privileged",
};

/** Adds the Namespace of the release to the objects, with the labels that make Talos admit Cilium's pods. `kube-system` needs none. */
export function withNamespace(objects: readonly KubernetesObject[], name: string): readonly KubernetesObject[] {
  if (name === "kube-system") return objects;
  const rendered = objects.find(({ kind, metadata }) => kind === "Namespace" && metadata.name === name);
  const { metadata, ...namespace }: KubernetesObject = rendered ?? { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  const labels = { ...(metadata["labels"] ?? {}), ...podSecurityLabels };
  return [{ ...namespace, metadata: { ...metadata, labels } }, ...objects.filter((object) => object !== rendered)];
}

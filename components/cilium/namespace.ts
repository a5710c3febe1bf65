import { isRefusedByBaseline, podSpecOf } from "../kubernetes/podTemplates.ts";
import type { KubernetesObject } from "../kubernetes/yaml.ts";

const enforce = "pod-security.kubernetes.io/enforce";
const podSecurityLabels = {
  [enforce]: "privileged",
  "pod-security.kubernetes.io/audit": "privileged",
  "pod-security.kubernetes.io/warn": "privileged",
};

/** What a namespace needs so that Talos admits pods that use the host, for `kubectl label namespace`. */
export const admittingLabel = `${enforce}=privileged`;

/**
 * Adds the Namespace of the release to the objects. Labels it, and every other Namespace among the objects, so that Talos admits the pods that
 * they put there. `kube-system` needs no label.
 */
export function withNamespaces(objects: readonly KubernetesObject[], release: string): readonly KubernetesObject[] {
  const isOfRelease = ({ kind, metadata }: KubernetesObject) => kind === "Namespace" && metadata.name === release;
  const admitting = new Set([release, ...namespacesOfRefusedPods(objects)].filter((name) => name !== "kube-system"));
  const labelled = objects.map((object) =>
    object.kind === "Namespace" && admitting.has(object.metadata.name) ? withPodSecurityLabels(object) : object,
  );
  if (release === "kube-system") return labelled;
  const rendered = labelled.find(isOfRelease);
  const namespace = rendered ?? withPodSecurityLabels({ apiVersion: "v1", kind: "Namespace", metadata: { name: release } });
  return [namespace, ...labelled.filter((object) => object !== rendered)];
}

/**
 * The namespaces of the pods that Talos would refuse without the labels. It enforces the PodSecurity level `baseline` everywhere except in
 * kube-system, and Cilium's pods need the host's network and mounts.
 */
export function namespacesOfRefusedPods(objects: readonly KubernetesObject[]): readonly string[] {
  const namespaces = objects.flatMap((object) => {
    const pod = podSpecOf(object);
    const { namespace } = object.metadata;
    return pod !== undefined && namespace !== undefined && isRefusedByBaseline(pod) ? [namespace] : [];
  });
  return [...new Set(namespaces)].filter((name) => name !== "kube-system");
}

function withPodSecurityLabels({ metadata, ...namespace }: KubernetesObject): KubernetesObject {
  return { ...namespace, metadata: { ...metadata, labels: { ...(metadata["labels"] ?? {}), ...podSecurityLabels } } };
}

import type { KubernetesObject } from "../kubernetes/yaml.ts";

/**
 * The metadata of an object that belongs to this stack alone. If Talos or kubectl created the object, they own its fields and every later
 * Pulumi update would conflict. This annotation lets Pulumi take the fields over.
 */
export function withForcedOwnership(metadata: KubernetesObject["metadata"]): KubernetesObject["metadata"] {
  return { ...metadata, annotations: { ...(metadata["annotations"] ?? {}), "pulumi.com/patchForce": "true" } };
}

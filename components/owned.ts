import type { KubernetesObject } from "./kubernetesYaml.ts";

/**
 * The metadata of an object that is this stack's alone. Talos or kubectl, when they have made it, own its fields for ever, and Pulumi would
 * be refused every later change: with this annotation its word counts.
 */
export function owned(metadata: KubernetesObject["metadata"]): KubernetesObject["metadata"] {
  return { ...metadata, annotations: { ...(metadata["annotations"] ?? {}), "pulumi.com/patchForce": "true" } };
}

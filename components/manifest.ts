import { createHash } from "node:crypto";
import { writeDocument, type KubernetesObject } from "./kubernetesYaml.ts";

/** A stream of Kubernetes objects, the same bytes for the same objects. */
export interface Manifest {
  readonly yaml: string;
  /** SHA-256 of `yaml`. */
  readonly sha256: string;
  readonly objects: readonly KubernetesObject[];
}

/**
 * The objects as canonical YAML: no comments, no object twice, Namespaces first, then CRDs, then the order given.
 *
 * Throws if two objects of the same name differ.
 */
export function manifestOf(objects: readonly KubernetesObject[]): Manifest {
  const byIdentity = new Map<string, { object: KubernetesObject; yaml: string }>();
  for (const object of objects) {
    const identity = `${object.apiVersion.replace(/\/?[^/]*$/, "")} ${nameOf(object)}`;
    const yaml = writeDocument(object);
    const earlier = byIdentity.get(identity);
    if (earlier !== undefined && earlier.yaml !== yaml) throw new Error(`the chart renders two different ${nameOf(object)}`);
    byIdentity.set(identity, { object, yaml });
  }
  const documents = [...byIdentity.values()].sort((a, b) => rank(a.object) - rank(b.object));
  const yaml = documents.map((document) => `---\n${document.yaml}`).join("");
  return { yaml, sha256: sha256(yaml), objects: documents.map(({ object }) => object) };
}

/** `ConfigMap kube-system/cilium-config`, `ClusterRole cilium`. */
export function nameOf({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** A short digest of an object's content: equal as long as the object is. */
export function digestOf(object: KubernetesObject): string {
  return sha256(writeDocument(object)).slice(0, 12);
}

/** Every container image that the objects name, sorted. */
export function imagesOf(objects: readonly KubernetesObject[]): readonly string[] {
  const images = new Set<string>();
  JSON.stringify(objects, (key, value: unknown) => {
    if (key === "image" && typeof value === "string") images.add(value);
    return typeof value === "bigint" ? null : value;
  });
  return [...images].sort();
}

function rank({ kind }: KubernetesObject): number {
  return kind === "Namespace" ? 0 : kind === "CustomResourceDefinition" ? 1 : 2;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

import { createHash } from "node:crypto";
import { writeDocument, type KubernetesObject } from "./yaml.ts";

/** A stream of Kubernetes objects, the same bytes for the same objects. */
export interface Manifest {
  readonly yaml: string;
  /** SHA-256 of `yaml`. */
  readonly sha256: string;
  readonly entries: readonly ManifestEntry[];
}

/** One object of a manifest. */
export interface ManifestEntry {
  readonly object: KubernetesObject;
  /** As `nameOf` has it. */
  readonly name: string;
  readonly yaml: string;
  /** Changes if and only if the object does: a shortened SHA-256 of `yaml`. */
  readonly digest: string;
}

/**
 * The objects as canonical YAML: no comments, no object twice, Namespaces first, then CRDs, then the order given.
 *
 * Throws if two objects of the same name differ.
 */
export function manifestOf(objects: readonly KubernetesObject[]): Manifest {
  const byIdentity = new Map<string, ManifestEntry>();
  for (const entry of objects.map(entryOf)) {
    const group = entry.object.apiVersion.replace(/\/?[^/]*$/, "");
    const identity = `${group} ${entry.name}`;
    const earlier = byIdentity.get(identity);
    if (earlier !== undefined && earlier.yaml !== entry.yaml) throw new Error(`the chart renders two different ${entry.name}`);
    byIdentity.set(identity, entry);
  }
  const entries = [...byIdentity.values()].sort((a, b) => rank(a.object) - rank(b.object));
  const yaml = entries.map((entry) => `---\n${entry.yaml}`).join("");
  return { yaml, sha256: sha256(yaml), entries };
}

/** Every container image that the objects name, sorted. */
export function imagesOf(objects: readonly KubernetesObject[]): readonly string[] {
  const images = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, member] of Object.entries(value)) {
      if (key === "image" && typeof member === "string") images.add(member);
      else collect(member);
    }
  };
  collect(objects);
  return [...images].sort();
}

/** `ConfigMap kube-system/cilium-config`, `ClusterRole cilium`. */
export function nameOf({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

function entryOf(object: KubernetesObject): ManifestEntry {
  const yaml = writeDocument(object);
  return { object, name: nameOf(object), yaml, digest: sha256(yaml).slice(0, 12) };
}

function rank({ kind }: KubernetesObject): number {
  return kind === "Namespace" ? 0 : kind === "CustomResourceDefinition" ? 1 : 2;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

import { createHash } from "node:crypto";
import { type KubernetesObject, writeDocument } from "./yaml.ts";

/** A YAML stream of Kubernetes objects. The same objects always give the same bytes. */
export interface Manifest {
  readonly yaml: string;
  /** SHA-256 of `yaml`. */
  readonly sha256: string;
  readonly entries: readonly ManifestEntry[];
}

/** One object of a manifest. */
export interface ManifestEntry {
  readonly object: KubernetesObject;
  /** The result of `nameOf`. */
  readonly name: string;
  readonly yaml: string;
  /** The first 12 digits of the SHA-256 of `yaml`: it changes if and only if the object does. */
  readonly digest: string;
}

/**
 * Writes objects as canonical YAML: without comments and duplicates, Namespaces first, then CRDs, then the others in their order. Objects that have
 * been written before are taken from `written`.
 *
 * Throws if two objects have the same name and different content.
 */
export function createManifest(
  objects: readonly KubernetesObject[],
  written: ReadonlyMap<KubernetesObject, string> = new Map(),
): Manifest {
  const byIdentity = new Map<string, ManifestEntry>();
  for (const entry of objects.map((object) => createEntry(object, written.get(object) ?? writeDocument(object)))) {
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

/** The container images that the objects use, sorted, each once. */
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

/** The name of an object in outputs and messages: `ConfigMap kube-system/cilium-config`, `ClusterRole cilium`. */
export function nameOf({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

function createEntry(object: KubernetesObject, yaml: string): ManifestEntry {
  return { object, name: nameOf(object), yaml, digest: sha256(yaml).slice(0, 12) };
}

/** The position of an object's kind in a manifest. */
function rank({ kind }: KubernetesObject): number {
  if (kind === "Namespace") return 0;
  return kind === "CustomResourceDefinition" ? 1 : 2;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

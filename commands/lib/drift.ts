import { existsSync, readFileSync } from "node:fs";
import { readDocuments } from "../../components/kubernetes/yaml.ts";
import { nameOf } from "../../components/kubernetes/manifest.ts";

/**
 * How a file differs from the manifest that should be in it, or from none: `~ ConfigMap kube-system/cilium-config` for what has changed, `+`
 * for what it lacks, `-` for what it should not have. Empty when it is the same, byte for byte.
 */
export function drift(file: string, manifest: string | undefined): readonly string[] {
  if (!existsSync(file)) return manifest === undefined ? [] : ["there is no such file"];
  const text = readFileSync(file, "utf8");
  if (text === manifest) return [];
  try {
    const [there, asked] = [objectsIn(text), objectsIn(manifest ?? "")];
    const changes = [...new Set([...there.keys(), ...asked.keys()])].flatMap((name) => {
      if (there.get(name) === asked.get(name)) return [];
      return [`${!there.has(name) ? "+" : asked.has(name) ? "~" : "-"} ${name}`];
    });
    return changes.length === 0 ? ["the same objects, written otherwise"] : changes;
  } catch {
    return ["no Kubernetes objects can be read in it"];
  }
}

function objectsIn(manifest: string): ReadonlyMap<string, string> {
  return new Map(readDocuments(manifest).map(({ object }) => [nameOf(object), JSON.stringify(object)]));
}

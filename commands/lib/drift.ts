import { existsSync, readFileSync } from "node:fs";
import { changedObjects, signOf } from "../../components/kubernetes/objectChanges.ts";
import { type KubernetesObject, readObjects } from "../../components/kubernetes/yaml.ts";

/**
 * Lists how a file differs from the manifest that it should contain: `~ ConfigMap kube-system/cilium-config` for a changed object, `+` for a
 * missing one, `-` for one too many. Without a manifest, the file should not exist. Empty if the file is the same, byte for byte.
 */
export function drift(file: string, manifest: string | undefined): readonly string[] {
  if (!existsSync(file)) return manifest === undefined ? [] : ["there is no such file"];
  const text = readFileSync(file, "utf8");
  if (text === manifest) return [];
  try {
    const changes = changedObjects(objectsIn(text), objectsIn(manifest ?? ""));
    if (changes.length === 0) return ["the same objects, formatted differently"];
    return changes.map((change) => `${signOf(change)} ${change.name}`);
  } catch {
    return ["it does not contain readable Kubernetes objects"];
  }
}

function objectsIn(manifest: string): readonly KubernetesObject[] {
  return readObjects(manifest);
}

import { existsSync, readFileSync } from "node:fs";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import { readDocuments } from "../../components/kubernetes/yaml.ts";

/**
 * Lists how a file differs from the manifest that it should contain: `~ ConfigMap kube-system/cilium-config` for a changed object, `+` for a
 * missing one, `-` for one too many. Without a manifest, the file should not exist. Empty if the file is the same, byte for byte.
 */
export function drift(file: string, manifest: string | undefined): readonly string[] {
  if (!existsSync(file)) return manifest === undefined ? [] : ["there is no such file"];
  const text = readFileSync(file, "utf8");
  if (text === manifest) return [];
  try {
    const present = objectsIn(text);
    const expected = objectsIn(manifest ?? "");
    const changes: string[] = [];
    for (const name of new Set([...present.keys(), ...expected.keys()])) {
      if (!present.has(name)) changes.push(`+ ${name}`);
      else if (!expected.has(name)) changes.push(`- ${name}`);
      else if (present.get(name) !== expected.get(name)) changes.push(`~ ${name}`);
    }
    return changes.length === 0 ? ["the same objects, formatted differently"] : changes;
  } catch {
    return ["it does not contain readable Kubernetes objects"];
  }
}

function objectsIn(manifest: string): ReadonlyMap<string, string> {
  return new Map(readDocuments(manifest).map(({ object }) => [nameOf(object), JSON.stringify(object)]));
}

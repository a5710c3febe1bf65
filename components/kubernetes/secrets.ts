import type { HelmValues } from "../cilium/values.ts";
import type { Manifest, ManifestEntry } from "./manifest.ts";
import type { Problem } from "../support/problems.ts";
import type { Rendered } from "../helm/render.ts";

// What every PEM of a private key says, as it is and in base64, where it looks different at each of three distances from the start.
const marks = ["PRIVATE KEY", ...[0, 1, 2].map((distance) => base64At("PRIVATE KEY", distance))];

function base64At(text: string, distance: number): string {
  const encoded = Buffer.from(" ".repeat(distance) + text).toString("base64");
  return encoded.slice(Math.ceil((distance * 8) / 6), Math.floor(((distance + text.length) * 8) / 6));
}

/** Whether an object must not be read by others: a Secret, or anything with a private key in it. */
export function isSecret({ object, yaml }: Pick<ManifestEntry, "object" | "yaml">): boolean {
  return object.kind === "Secret" || marks.some((mark) => yaml.includes(mark));
}

/**
 * The names of the objects of `manifest` that are secret by themselves or differ from those of `open`, the manifest without `secretValues`.
 * Without `open` nothing is known about what `secretValues` changes, and every object is secret.
 */
export function secretObjectsOf(manifest: Manifest, open: Manifest | undefined): ReadonlySet<string> {
  const unchanged = new Set(open?.entries.map(({ yaml }) => yaml));
  return new Set(manifest.entries.filter((entry) => isSecret(entry) || !unchanged.has(entry.yaml)).map(({ name }) => name));
}

/** What puts secret objects into the manifest. */
export function secretsIn(
  entries: readonly ManifestEntry[],
  values: HelmValues,
  rendered: readonly Rendered[],
): readonly Problem[] {
  return entries.filter(isSecret).map((entry) => {
    const template = rendered.find(({ object }) => object === entry.object)?.template ?? "";
    return {
      input: `values.${causeOf(entry, template, values)}`,
      message: `puts ${entry.name} into the manifest, which is therefore a secret output; keep it out of git and of other eyes`,
    };
  });
}

// The values that make the chart render a Secret, by the template that does it.
const causes: Readonly<Record<string, string>> = {
  "cilium-operator/secret.yaml": "azure",
  "clustermesh-apiserver/tls-provided": "clustermesh.apiserver.tls",
  "clustermesh-config": "clustermesh.config",
  "hubble/tls-provided": "hubble.tls",
};

function causeOf({ object }: ManifestEntry, template: string, values: HelmValues): string {
  const texts = leaves(object).map(([, text]) => text);
  const carried = (value: string) =>
    [value.trim(), Buffer.from(value).toString("base64")].some((form) => texts.some((text) => text.includes(form)));
  const given = leaves(values).find(([, value]) => value.length >= 16 && carried(value));
  return given?.[0] ?? causes[template] ?? causes[template.replace(/\/[^/]*$/, "")] ?? `(by template ${template})`;
}

function leaves(value: unknown, path: readonly string[] = []): (readonly [path: string, text: string])[] {
  if (typeof value === "string") return [[path.join("."), value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key]));
}

import type { Manifest, ManifestEntry } from "./manifest.ts";

// The marker in every PEM private key: as plain text, and in its three base64 forms, which depend on the byte offset modulo 3.
const privateKeyMarkers = ["PRIVATE KEY", ...[0, 1, 2].map((offset) => base64At("PRIVATE KEY", offset))];

function base64At(text: string, offset: number): string {
  const encoded = Buffer.from(" ".repeat(offset) + text).toString("base64");
  return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + text.length) * 8) / 6));
}

/** Whether an object must stay secret: a Secret, or any object that contains a private key. */
export function isSecret({ object, yaml }: Pick<ManifestEntry, "object" | "yaml">): boolean {
  return object.kind === "Secret" || containsPrivateKey(yaml);
}

/** Whether a text contains a private key, as PEM or as base64 of it. */
export function containsPrivateKey(text: string): boolean {
  return privateKeyMarkers.some((marker) => text.includes(marker));
}

/**
 * The names of the objects of `manifest` that must stay secret: those that `isSecret` finds, and those that differ from `publicManifest`, the
 * manifest without `secretValues`. If there is no `publicManifest`, nobody knows what `secretValues` changes, so every object is secret.
 */
export function secretObjectNames(manifest: Manifest, publicManifest: Manifest | undefined): ReadonlySet<string> {
  const unchanged = new Set(publicManifest?.entries.map(({ yaml }) => yaml));
  const secretEntries = manifest.entries.filter((entry) => isSecret(entry) || !unchanged.has(entry.yaml));
  return new Set(secretEntries.map(({ name }) => name));
}

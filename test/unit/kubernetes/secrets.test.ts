import assert from "node:assert/strict";
import { test } from "node:test";
import { createManifest, type ManifestEntry } from "../../../components/kubernetes/manifest.ts";
import { containsPrivateKey, isSecret, secretObjectNames } from "../../../components/kubernetes/secrets.ts";
import type { KubernetesObject } from "../../../components/kubernetes/yaml.ts";

const object = (kind: string, name: string, rest: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  ...rest,
});

function entryOf(item: KubernetesObject): ManifestEntry {
  const [entry] = createManifest([item]).entries;
  assert(entry !== undefined);
  return entry;
}

test("a Secret is secret, and so is any object that contains a private key", () => {
  const key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n";
  assert(isSecret(entryOf(object("Secret", "a"))));
  assert(isSecret(entryOf(object("ConfigMap", "a", { data: { key } }))));
  assert(!isSecret(entryOf(object("ConfigMap", "a", { data: { certificate: "-----BEGIN CERTIFICATE-----" } }))));
});

test("a private key in base64 is recognized at every offset", () => {
  for (const before of ["", "a", "ab", "abc"]) {
    const key = Buffer.from(`${before}-----BEGIN EC PRIVATE KEY-----`).toString("base64");
    assert(isSecret(entryOf(object("ConfigMap", "a", { data: { key } }))), before);
  }
});

test("any text is searched for a private key", () => {
  const key = "-----BEGIN RSA PRIVATE KEY-----";
  for (const text of [`- a\n+ ${key}`, Buffer.from(key).toString("base64")]) assert(containsPrivateKey(text));
  for (const text of ["", "-----BEGIN PUBLIC KEY-----", "private key"]) assert(!containsPrivateKey(text));
});

test("an object that differs from the public manifest is secret; without a public manifest, every object is", () => {
  const unchanged = object("ConfigMap", "a");
  const manifest = createManifest([unchanged, object("ConfigMap", "b", { data: { token: "x" } }), object("Secret", "c")]);
  const publicManifest = createManifest([unchanged, object("ConfigMap", "b"), object("Secret", "c")]);
  assert.deepEqual([...secretObjectNames(manifest, publicManifest)], ["ConfigMap b", "Secret c"]);
  assert.equal(secretObjectNames(manifest, undefined).size, 3);
  assert.deepEqual([...secretObjectNames(manifest, manifest)], ["Secret c"]);
});

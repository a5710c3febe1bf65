import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { drift } from "../../../commands/lib/drift.ts";
import { createManifest } from "../../../components/kubernetes/manifest.ts";

const folder = mkdtempSync(join(tmpdir(), "drift-"));
after(() => {
  rmSync(folder, { recursive: true });
});

const object = (name: string, value = "1") => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { value } });
const manifest = createManifest([object("one"), object("two"), object("three")]).yaml;
/** How a file with this text differs from the manifest. */
function driftOf(text: string): readonly string[] {
  const file = join(folder, "cilium.yaml");
  writeFileSync(file, text);
  return drift(file, manifest);
}

test("every object that differs is listed, and other differences count too", () => {
  assert.deepEqual(driftOf(manifest), []);
  const old = createManifest([object("one"), object("two", "2"), object("four")]).yaml;
  assert.deepEqual(driftOf(old), ["~ ConfigMap two", "- ConfigMap four", "+ ConfigMap three"]);
  assert.deepEqual(driftOf(`# by hand\n${manifest}`), ["the same objects, formatted differently"]);
  assert.deepEqual(driftOf("a: ["), ["it does not contain readable Kubernetes objects"]);
});

test("a missing file differs, unless there is no manifest to write", () => {
  const missing = join(folder, "missing.yaml");
  assert.deepEqual(drift(missing, manifest), ["there is no such file"]);
  assert.deepEqual(drift(missing, undefined), []);
  writeFileSync(missing, createManifest([object("one")]).yaml);
  assert.deepEqual(drift(missing, undefined), ["- ConfigMap one"]);
});

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import type { RenderedObject, RenderTarget } from "../../../components/helm/render.ts";
import { noCacheVariable, renderCached } from "../../../components/helm/renderingCache.ts";
import type { HelmValues } from "../../../components/helm/values.ts";
import { writeDocument } from "../../../components/kubernetes/yaml.ts";
import { unusableFolders } from "../../harness/unusableFolders.ts";

const folder = mkdtempSync(join(tmpdir(), "renderings-"));
const code = join(folder, "reader.js");
const environment = { ...process.env };
beforeEach(() => {
  process.env = { ...environment, XDG_CACHE_HOME: mkdtempSync(join(folder, "cache-")) };
  Reflect.deleteProperty(process.env, noCacheVariable);
  writeFileSync(code, "one");
});
after(() => {
  process.env = environment;
  rmSync(folder, { recursive: true });
});

const cacheFolder = () => join(process.env["XDG_CACHE_HOME"] ?? "", "talos-cilium-cni", "renderings");
function configMap(data: unknown): RenderedObject {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data };
  return { object, yaml: writeDocument(object), template: "a.yaml" };
}

const archive = { path: "cilium.tgz", sha256: "0".repeat(64) };
const cluster: RenderTarget = { namespace: "kube-system", kubernetesVersion: "1.33", ciliumVersion: "1.18.4", secretValues: {} };
interface Rendering {
  readonly chart?: { readonly path: string; readonly sha256?: string };
  readonly values?: HelmValues;
  readonly target?: Partial<RenderTarget>;
  readonly readers?: readonly string[];
  readonly objects?: readonly RenderedObject[];
}
let renderings = 0;
/** Renders, and tells whether the chart was rendered for it. */
function render({ chart = archive, values = {}, target = {}, readers = [code], objects = [configMap({ a: "b" })] }: Rendering) {
  const before = renderings;
  const result = renderCached(chart, values, { ...cluster, ...target }, readers, () => {
    renderings += 1;
    return objects;
  });
  return { result, isRendered: renderings > before };
}

test("the same rendering comes from the cache the next time, also of another chart file with the same content", () => {
  const objects = [configMap({ text: "ü\u2028\n", number: 1.5, list: [null, true, {}] }), configMap(undefined)];
  const first = render({ objects });
  assert(first.isRendered);
  const second = render({ chart: { ...archive, path: "elsewhere.tgz" } });
  assert(!second.isRendered);
  assert.deepEqual(JSON.stringify(second.result), JSON.stringify(first.result));
});

test("whatever a rendering depends on leads to another rendering", () => {
  assert(render({}).isRendered);
  for (const other of [
    { chart: { ...archive, sha256: "1".repeat(64) } },
    { values: { debug: true } },
    { target: { namespace: "cilium" } },
    { target: { kubernetesVersion: "1.34" } },
    { readers: [code, code] },
  ])
    assert(render(other).isRendered, JSON.stringify(other));
  writeFileSync(code, "two");
  assert(render({}).isRendered);
  // Another Helm: a copy of a program that is as large, under this name.
  assert(!render({}).isRendered);
  const path = process.env["PATH"];
  const programs = mkdtempSync(join(folder, "bin-"));
  writeFileSync(join(programs, "helm"), Buffer.concat([Buffer.from("7f454c46", "hex"), Buffer.alloc(20_000_000)]), {
    mode: 0o755,
  });
  process.env["PATH"] = `${programs}:${path}`;
  assert(render({}).isRendered);
  assert(!render({}).isRendered);
  const [now] = [new Date()];
  utimesSync(join(programs, "helm"), now, new Date(0));
  assert(render({}).isRendered);
});

test("a chart without a known SHA-256, and a Helm that may be a shim, are rendered each time", () => {
  for (const rendering of [{ chart: { path: "cilium" } }, { readers: [join(folder, "missing.js")] }])
    for (let run = 0; run < 2; run += 1) assert(render(rendering).isRendered);
  const programs = mkdtempSync(join(folder, "bin-"));
  writeFileSync(join(programs, "helm"), "#!/bin/sh\n", { mode: 0o755 });
  process.env["PATH"] = programs;
  for (let run = 0; run < 2; run += 1) assert(render({}).isRendered);
});

test("what contains a secret, or what secret values change, is never written", () => {
  const pem = "-----BEGIN PRIVATE KEY-----\nMC4C\n";
  for (const rendering of [
    { target: { secretValues: { debug: true } } },
    { objects: [{ ...configMap({}), object: { apiVersion: "v1", kind: "Secret", metadata: { name: "a" } } }] },
    { objects: [configMap({ "tls.key": pem })] },
    { objects: [configMap({ "tls.key": Buffer.from(` ${pem}`).toString("base64") })] },
  ]) {
    for (let run = 0; run < 2; run += 1) assert(render(rendering).isRendered);
    assert.throws(() => readdirSync(cacheFolder()), /ENOENT/);
  }
});

test("numbers that JSON does not have are rendered each time", () => {
  for (let run = 0; run < 2; run += 1) assert(render({ objects: [configMap({ large: 2n ** 60n })] }).isRendered);
});

test("a damaged file is rendered and written again", () => {
  const { result } = render({});
  const [name = ""] = readdirSync(cacheFolder());
  const file = join(cacheFolder(), name);
  const content = readFileSync(file);
  for (const damaged of [
    content.subarray(0, -1),
    Buffer.concat([content, Buffer.from(" ")]),
    Buffer.from(content.toString().replace('"b"', '"c"')),
    Buffer.alloc(0),
    Buffer.from("no line end"),
  ]) {
    writeFileSync(file, damaged);
    const again = render({});
    assert(again.isRendered);
    assert.deepEqual(again.result, result);
    assert.deepEqual(readFileSync(file), content);
  }
});

test("the cache keeps the newest renderings only", () => {
  for (let number = 0; number < 40; number += 1) render({ values: { number } });
  assert.equal(readdirSync(cacheFolder()).length, 32);
  assert(!render({ values: { number: 39 } }).isRendered);
  assert(render({ values: { number: 0 } }).isRendered);
});

test("without a cache folder everything is rendered", () => {
  for (const XDG_CACHE_HOME of Object.values(unusableFolders(join(folder, "unusable")))) {
    process.env["XDG_CACHE_HOME"] = XDG_CACHE_HOME;
    for (let run = 0; run < 2; run += 1) assert(render({}).isRendered);
  }
});

test("the user can turn the cache off", () => {
  render({});
  process.env[noCacheVariable] = "1";
  assert(render({}).isRendered);
});

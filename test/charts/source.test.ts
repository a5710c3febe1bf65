import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { generate } from "selfsigned";
import { findSource } from "../../commands/lib/ciliumSource.ts";
import type { ChartSource } from "../../components/inputs/args.ts";
import { ChartUnreachable, findChart } from "../../components/helm/chartSource.ts";
import { manifestOf } from "../../components/kubernetes/manifest.ts";
import { InputError } from "../../components/support/problems.ts";
import { render } from "../../components/helm/render.ts";
import { settingsOf } from "../../components/inputs/settings.ts";
import { helmValues } from "../../components/cilium/values.ts";
import { run } from "../../tools/childProcess.mjs";
import { chartFolder } from "../harness/charts.ts";
import { startFileServer, type Server } from "../harness/servers.ts";

const folder = mkdtempSync(join(tmpdir(), "chart-source-"));
const repository = join(folder, "repository");
const archive = join(repository, "cilium-1.18.4.tgz");
const environment = { ...process.env };
let digest: string;
let http: Server;

/** The cache of the tests, empty. */
function emptyCache(): string {
  const cache = join(folder, "cache");
  rmSync(cache, { recursive: true, force: true });
  process.env["XDG_CACHE_HOME"] = cache;
  return join(cache, "talos-cilium-cni", "charts");
}

const find = (source: ChartSource, ciliumVersion = "1.18.4") => findChart(settingsOf({ ciliumVersion, chart: source }));
const refusal = (source: ChartSource, ciliumVersion?: string): InputError => {
  try {
    find(source, ciliumVersion);
  } catch (error) {
    assert(error instanceof InputError);
    return error;
  }
  throw new Error("the chart was accepted");
};

before(async () => {
  const real = chartFolder();
  mkdirSync(repository);
  cpSync(real, join(folder, "cilium"), { recursive: true });
  run("chmod", ["-R", "u+w", join(folder, "cilium")]);
  run("helm", ["package", join(folder, "cilium"), "--destination", repository]);
  // The same chart under a number that is not pinned.
  const chartYaml = readFileSync(join(folder, "cilium", "Chart.yaml"), "utf8");
  writeFileSync(join(folder, "cilium", "Chart.yaml"), chartYaml.replaceAll("1.18.4", "1.18.99"));
  run("helm", ["package", join(folder, "cilium"), "--destination", repository]);
  run("helm", ["repo", "index", repository]);
  digest = createHash("sha256").update(readFileSync(archive)).digest("hex");
  http = await startFileServer(repository);
});

after(() => {
  http.process.kill();
  rmSync(folder, { recursive: true });
});

test("an archive from a repository is checked, kept, and the next time needs no network", async () => {
  const cache = emptyCache();
  const server = await startFileServer(repository);
  const source = { repository: server.address, sha256: digest };
  const { path, warnings } = find(source);
  assert.deepEqual(warnings, []);
  assert.deepEqual(readdirSync(cache), [`cilium-1.18.4-${digest}.tgz`]);
  server.process.kill();
  await once(server.process, "close");
  assert.deepEqual(find(source), { path, warnings: [] });
});

test("an archive and a folder of the same chart render the same bytes", () => {
  const settings = settingsOf({ chart: { path: archive, sha256: digest } });
  const bytes = (path: string) =>
    manifestOf(render({ path, warnings: [] }, helmValues(settings), settings).map(({ object }) => object)).yaml;
  assert.equal(bytes(archive), bytes(chartFolder()));
});

test("a wrong digest is an error, and the archive is not kept", () => {
  const cache = emptyCache();
  const { message } = refusal({ repository: http.address });
  assert.match(message, /^chart\.sha256: http:\/\/127.* delivers cilium 1\.18\.4 with [0-9a-f]{64}, not c361ca567b.*thrown away/);
  assert(!existsSync(cache));
});

test("a damaged archive in the cache is not used", () => {
  const cache = emptyCache();
  const source = { repository: http.address, sha256: digest };
  const { path } = find(source);
  writeFileSync(path, "damaged");
  assert.equal(find(source).path, path);
  assert.deepEqual(readFileSync(path), readFileSync(archive));
  assert.equal(readdirSync(cache).length, 1);
});

test("a release that is not pinned is used with a warning that says how to pin it", () => {
  emptyCache();
  const { warnings } = find({ repository: http.address }, "1.18.99");
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0] ?? "",
    /^chart: cilium 1\.18\.99 is not among the pinned releases .* set chart\.sha256 to [0-9a-f]{64}$/,
  );
});

test("no connection, and only that, is unreachable", () => {
  emptyCache();
  const unreachable = refusal({ repository: "http://127.0.0.1:1" });
  assert(unreachable instanceof ChartUnreachable);
  assert.match(
    unreachable.message,
    /^chart\.repository: cilium 1\.18\.4 could not be downloaded from http:\/\/127\.0\.0\.1:1: .*connection refused; check/s,
  );
  assert(refusal({ repository: "https://no-such-host.invalid" }) instanceof ChartUnreachable);

  const missing = refusal({ repository: `${http.address}/elsewhere` });
  assert(!(missing instanceof ChartUnreachable));
  assert.match(missing.message, /404/);
  assert(!(refusal({ repository: http.address }, "1.18.98") instanceof ChartUnreachable));
});

test("the commands take Cilium's Go module, and say so, when there is no connection; never for another reason", () => {
  emptyCache();
  const source = (ciliumVersion: string, given: ChartSource = {}) => findSource(settingsOf({ ciliumVersion, chart: given }));
  process.env["HTTPS_PROXY"] = "http://127.0.0.1:1";
  try {
    const { chart: found, warning } = source("1.18.4");
    assert.match(found.path ?? "", /cilium@v1\.18\.4.install.kubernetes.cilium$/);
    assert.match(
      warning ?? "",
      /^chart: there is no connection to https:\/\/helm\.cilium\.io; used the same release from the Go module/,
    );
    assert.throws(() => source("1.18.12"), { name: "InputError", message: /refused/ });
    // Who names a repository or a digest of his own wants that chart and no other.
    assert.throws(() => source("1.18.4", { repository: "http://127.0.0.1:1" }), { name: "InputError", message: /refused/ });
    assert.throws(() => source("1.18.4", { sha256: "0".repeat(64) }), { name: "InputError", message: /refused/ });
  } finally {
    process.env = { ...environment };
  }
  assert.throws(() => source("1.18.4", { repository: http.address }), { name: "InputError", message: /^chart\.sha256: / });
  assert.throws(() => source("1.18.4", { repository: `${http.address}/elsewhere` }), { name: "InputError", message: /404/ });
});

test("an OCI registry and a repository over TLS, trusted and not", async () => {
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  });
  writeFileSync(key, made.private);
  writeFileSync(certificate, made.cert);
  emptyCache();
  ociLayout();
  const server = await startFileServer(repository, key, certificate);
  try {
    const oci = { repository: `${server.address.replace("https:", "oci:")}/charts/cilium`, sha256: digest };
    const untrusted = refusal(oci);
    assert(!(untrusted instanceof ChartUnreachable));
    assert.match(untrusted.message, /certificate/);
    assert(!(refusal({ repository: server.address, sha256: digest }) instanceof ChartUnreachable));

    process.env["SSL_CERT_FILE"] = certificate;
    assert.deepEqual(readFileSync(find(oci).path), readFileSync(archive));
    emptyCache();
    assert.deepEqual(find({ repository: server.address, sha256: digest }).warnings, []);
    assert.match(refusal({ ...oci, sha256: "0".repeat(64) }).message, /^chart\.sha256: oci:.* not 0{64}/);
  } finally {
    server.process.kill();
    process.env = { ...environment };
  }
});

/** The archive as a registry serves it: a manifest by tag and by digest, and two blobs. */
function ociLayout(): void {
  const root = join(repository, "v2", "charts", "cilium");
  for (const kind of ["blobs", "manifests"]) mkdirSync(join(root, kind), { recursive: true });
  const put = (kind: string, content: Buffer | string, ...names: readonly string[]) => {
    const sha256 = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    for (const name of [sha256, ...names]) writeFileSync(join(root, kind, name), content);
    return { digest: sha256, size: content.length };
  };
  const config = {
    mediaType: "application/vnd.cncf.helm.config.v1+json",
    ...put("blobs", '{"name":"cilium","version":"1.18.4"}'),
  };
  const layer = { mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", ...put("blobs", readFileSync(archive)) };
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  put("manifests", JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }), "1.18.4");
}

test("local archives and folders, right and wrong", () => {
  assert.deepEqual(find({ path: archive, sha256: digest }), { path: archive, warnings: [] });
  const other = join(folder, "cilium");
  assert.deepEqual(find({ path: other }, "1.18.99"), { path: other, warnings: [] });
  assert.match(find({ path: join(repository, "cilium-1.18.99.tgz") }, "1.18.99").warnings.join(""), /not among the pinned/);

  assert.match(refusal({ path: join(folder, "none") }).message, /^chart\.path: there is no .*none; name a chart archive/);
  assert.match(refusal({ path: other }).message, /^chart\.path: .* holds Cilium 1\.18\.99; set ciliumVersion to it/);
  assert.match(refusal({ path: folder }).message, /^chart\.path: .* holds no Chart\.yaml/);
  assert.match(refusal({ path: other, sha256: digest }, "1.18.99").message, /^chart\.sha256: .* is a folder and has no digest/);
  assert.match(refusal({ path: archive }).message, /^chart\.sha256: .* has [0-9a-f]{64}, not c361ca567b/);
  const note = join(folder, "note.tgz");
  writeFileSync(note, "no archive");
  assert.match(refusal({ path: note }, "1.18.99").message, /^chart\.path: .* is not a chart archive: /);
  writeFileSync(join(folder, "Chart.yaml"), "name: other\nversion: 1.18.4\n");
  assert.match(refusal({ path: folder }).message, /^chart\.path: .* holds the chart other, not cilium/);
});

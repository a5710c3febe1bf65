import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { generate } from "selfsigned";
import { findSource } from "../../commands/lib/ciliumSource.ts";
import { ciliumValues } from "../../components/cilium/values.ts";
import { ChartUnreachable, findChart } from "../../components/helm/chartSource.ts";
import { render } from "../../components/helm/render.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import type { ChartSource } from "../../components/inputs/chartArgs.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { createManifest } from "../../components/kubernetes/manifest.ts";
import { problemLines } from "../../components/support/problems.ts";
import { run } from "../../tools/childProcess.mjs";
import { followAdvice } from "../harness/advice.ts";
import { chartFolder } from "../harness/charts.ts";
import { inputErrorOf } from "../harness/inputErrors.ts";
import { type Server, startFileServer } from "../harness/servers.ts";

const folder = mkdtempSync(join(tmpdir(), "chart-source-"));
const repository = join(folder, "repository");
const archive = join(repository, "cilium-1.18.4.tgz");
const environment = { ...process.env };
let digest: string;
let repositoryServer: Server;

/** Points the cache at an empty folder, and returns the folder that charts are cached in. */
function emptyCache(): string {
  const cache = join(folder, "cache");
  rmSync(cache, { recursive: true, force: true });
  process.env["XDG_CACHE_HOME"] = cache;
  return join(cache, "talos-cilium-cni", "charts");
}

function findIn(source: ChartSource, ciliumVersion = "1.18.4"): { readonly path: string; readonly warnings: readonly string[] } {
  const { chart, warnings } = findChart(resolveSettings({ ciliumVersion, chart: source }));
  return { path: chart.path, warnings: problemLines(warnings) };
}

/** The error that this source causes. */
const inputErrorFor = (source: ChartSource, ciliumVersion?: string) => inputErrorOf(() => findIn(source, ciliumVersion));

before(async () => {
  mkdirSync(repository);
  cpSync(chartFolder("1.18.4"), join(folder, "cilium"), { recursive: true });
  run("chmod", ["-R", "u+w", join(folder, "cilium")]);
  run("helm", ["package", join(folder, "cilium"), "--destination", repository]);
  // The same chart under a version that is not pinned.
  const chartYaml = readFileSync(join(folder, "cilium", "Chart.yaml"), "utf8");
  writeFileSync(join(folder, "cilium", "Chart.yaml"), chartYaml.replaceAll("1.18.4", "1.18.99"));
  run("helm", ["package", join(folder, "cilium"), "--destination", repository]);
  run("helm", ["repo", "index", repository]);
  digest = createHash("sha256").update(readFileSync(archive)).digest("hex");
  repositoryServer = await startFileServer(repository);
});

after(() => {
  repositoryServer.process.kill();
  rmSync(folder, { recursive: true });
});

test("a chart from a repository is verified and cached, and the next run needs no network", async () => {
  const cache = emptyCache();
  const server = await startFileServer(repository);
  const source = { repository: server.address, sha256: digest };
  const { path, warnings } = findIn(source);
  assert.deepEqual(warnings, []);
  assert.deepEqual(readdirSync(cache), [`cilium-1.18.4-${digest}.tgz`]);
  server.process.kill();
  await once(server.process, "close");
  assert.deepEqual(findIn(source), { path, warnings: [] });
});

test("an archive and a folder of the same chart render the same bytes", () => {
  const settings = resolveSettings({ ciliumVersion: "1.18.4", chart: { path: archive, sha256: digest } });
  const manifestFrom = (path: string) =>
    createManifest(render({ path }, ciliumValues(settings), settings).map(({ object }) => object)).yaml;
  assert.equal(manifestFrom(archive), manifestFrom(chartFolder("1.18.4")));
});

test("an archive with the wrong digest is rejected and not cached", () => {
  const cache = emptyCache();
  const { message } = inputErrorFor({ repository: repositoryServer.address });
  assert.match(
    message,
    /^chart\.sha256: http:\/\/127.* delivers cilium 1\.18\.4 with the SHA-256 [0-9a-f]{64}, not c361ca567b.*discarded/,
  );
  assert(!existsSync(cache));
});

test("a damaged archive in the cache is downloaded again", () => {
  const cache = emptyCache();
  const source = { repository: repositoryServer.address, sha256: digest };
  const { path } = findIn(source);
  writeFileSync(path, "damaged");
  assert.equal(findIn(source).path, path);
  assert.deepEqual(readFileSync(path), readFileSync(archive));
  assert.equal(readdirSync(cache).length, 1);
});

test("a release that is not pinned is used, with a warning that says how to pin it", () => {
  emptyCache();
  const { warnings } = findIn({ repository: repositoryServer.address }, "1.18.99");
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /^chart: cilium 1\.18\.99 is not a pinned release .* set chart\.sha256 to "[0-9a-f]{64}"$/);
});

test("only a failed connection counts as an unreachable repository", () => {
  emptyCache();
  const unreachable = inputErrorFor({ repository: "http://127.0.0.1:1" });
  assert(unreachable instanceof ChartUnreachable);
  assert.match(
    unreachable.message,
    /^chart\.repository: cilium 1\.18\.4 could not be downloaded from http:\/\/127\.0\.0\.1:1: .*connection refused; check/s,
  );
  assert(inputErrorFor({ repository: "https://no-such-host.invalid" }) instanceof ChartUnreachable);

  const missing = inputErrorFor({ repository: `${repositoryServer.address}/elsewhere` });
  assert(!(missing instanceof ChartUnreachable));
  assert.match(missing.message, /404/);
  assert(!(inputErrorFor({ repository: repositoryServer.address }, "1.18.98") instanceof ChartUnreachable));
});

test("without a connection, and only then, the commands take the chart from Cilium's Go module and warn", () => {
  emptyCache();
  const sourceFor = (ciliumVersion: string, chart: ChartSource = {}) => findSource(resolveSettings({ ciliumVersion, chart }));
  process.env["HTTPS_PROXY"] = "http://127.0.0.1:1";
  try {
    const { chart, warning } = sourceFor("1.18.4");
    assert.match(chart.path ?? "", /cilium@v1\.18\.4.install.kubernetes.cilium$/);
    assert.match(
      warning ?? "",
      /^chart: there is no connection to https:\/\/helm\.cilium\.io; used the same release from the Go module/,
    );
    assert.throws(() => sourceFor("1.18.12"), { name: "InputError", message: /refused/ });
    // A user who names a repository or a digest wants exactly that chart.
    assert.throws(() => sourceFor("1.18.4", { repository: "http://127.0.0.1:1" }), { name: "InputError", message: /refused/ });
    assert.throws(() => sourceFor("1.18.4", { sha256: "0".repeat(64) }), { name: "InputError", message: /refused/ });
  } finally {
    process.env = { ...environment };
  }
  assert.throws(() => sourceFor("1.18.4", { repository: repositoryServer.address }), {
    name: "InputError",
    message: /^chart\.sha256: /,
  });
  assert.throws(() => sourceFor("1.18.4", { repository: `${repositoryServer.address}/elsewhere` }), {
    name: "InputError",
    message: /404/,
  });
});

test("an OCI registry and an HTTPS repository work only with a trusted certificate", async () => {
  const keyFile = join(folder, "key.pem");
  const certificateFile = join(folder, "certificate.pem");
  const pair = await generate([{ name: "commonName", value: "localhost" }], {
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  });
  writeFileSync(keyFile, pair.private);
  writeFileSync(certificateFile, pair.cert);
  emptyCache();
  writeOciLayout();
  const server = await startFileServer(repository, keyFile, certificateFile);
  try {
    const oci = { repository: `${server.address.replace("https:", "oci:")}/charts/cilium`, sha256: digest };
    const untrusted = inputErrorFor(oci);
    assert(!(untrusted instanceof ChartUnreachable));
    assert.match(untrusted.message, /certificate/);
    assert(!(inputErrorFor({ repository: server.address, sha256: digest }) instanceof ChartUnreachable));

    process.env["SSL_CERT_FILE"] = certificateFile;
    assert.deepEqual(readFileSync(findIn(oci).path), readFileSync(archive));
    emptyCache();
    assert.deepEqual(findIn({ repository: server.address, sha256: digest }).warnings, []);
    assert.match(inputErrorFor({ ...oci, sha256: "0".repeat(64) }).message, /^chart\.sha256: oci:.* not 0{64}/);
  } finally {
    server.process.kill();
    process.env = { ...environment };
  }
});

/** Writes the files of an OCI registry with the archive: a manifest by tag and by digest, and two blobs. */
function writeOciLayout(): void {
  const root = join(repository, "v2", "charts", "cilium");
  for (const kind of ["blobs", "manifests"]) mkdirSync(join(root, kind), { recursive: true });
  const writeContent = (kind: string, content: Buffer | string, ...names: readonly string[]) => {
    const sha256 = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    for (const name of [sha256, ...names]) writeFileSync(join(root, kind, name), content);
    return { digest: sha256, size: content.length };
  };
  const config = {
    mediaType: "application/vnd.cncf.helm.config.v1+json",
    ...writeContent("blobs", '{"name":"cilium","version":"1.18.4"}'),
  };
  const layer = {
    mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
    ...writeContent("blobs", readFileSync(archive)),
  };
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  writeContent("manifests", JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }), "1.18.4");
}

test("with the advice of an error about the source, the chart is used", () => {
  const folderOfOther = join(folder, "cilium");
  const wrong: readonly TalosCiliumCniArgs[] = [
    { ciliumVersion: "1.18.4", chart: { path: folderOfOther } },
    { ciliumVersion: "1.18.99", chart: { path: folderOfOther, sha256: digest } },
    { ciliumVersion: "1.18.4", chart: { path: archive } },
    { ciliumVersion: "1.18.4", chart: { repository: repositoryServer.address } },
  ];
  const find = (args: TalosCiliumCniArgs) => findChart(resolveSettings(args)).chart;
  for (const args of wrong) {
    emptyCache();
    const [way, ...others] = followAdvice(inputErrorOf(() => find(args)).message, args);
    assert(way !== undefined);
    assert.deepEqual(others, []);
    assert(existsSync(find(way).path));
  }
});

test("a local archive or folder with the right chart is used, any other gives an error that says why", () => {
  assert.deepEqual(findIn({ path: archive, sha256: digest }), { path: archive, warnings: [] });
  const otherRelease = join(folder, "cilium");
  assert.deepEqual(findIn({ path: otherRelease }, "1.18.99"), { path: otherRelease, warnings: [] });
  assert.match(findIn({ path: join(repository, "cilium-1.18.99.tgz") }, "1.18.99").warnings.join(""), /is not a pinned release/);

  assert.match(
    inputErrorFor({ path: join(folder, "none") }).message,
    /^chart\.path: .*none does not exist; name a chart archive/,
  );
  assert.match(
    inputErrorFor({ path: otherRelease }).message,
    /^chart\.path: .* contains Cilium 1\.18\.99; set ciliumVersion to "1\.18\.99", or name the chart of 1\.18\.4$/,
  );
  assert.match(inputErrorFor({ path: folder }).message, /^chart\.path: .* contains no Chart\.yaml/);
  assert.match(
    inputErrorFor({ path: otherRelease, sha256: digest }, "1.18.99").message,
    /^chart\.sha256: .* is a folder and has no SHA-256/,
  );
  assert.match(inputErrorFor({ path: archive }).message, /^chart\.sha256: .* has the SHA-256 [0-9a-f]{64}, not c361ca567b/);
  const textFile = join(folder, "text.tgz");
  writeFileSync(textFile, "not an archive");
  assert.match(
    inputErrorFor({ path: textFile }, "1.18.99").message,
    /^chart\.path: the chart archive .*text\.tgz cannot be read: incorrect header check/,
  );
  writeFileSync(join(folder, "Chart.yaml"), "name: other\nversion: 1.18.4\n");
  assert.match(inputErrorFor({ path: folder }).message, /^chart\.path: .* contains the chart other, not cilium/);
});

// What `npm run pin` finds out about a release, with a local repository, archives of the real chart, and the real Go module.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { pinRelease } from "../../commands/lib/pinRelease.ts";
import { sha256Of } from "../../components/support/cache.ts";
import type { PinnedChart } from "../../components/versions/pinnedChart.ts";
import { pinnedCharts } from "../../components/versions/pins.ts";
import { run } from "../../tools/childProcess.mjs";
import { digestsOf, packageChart } from "../harness/chartRepository.ts";
import { type Server, startFileServer } from "../harness/servers.ts";

const source = pinnedCharts["1.18.4"]?.source;
assert(source !== undefined);
const digests = digestsOf(source.images);
const folder = mkdtempSync(join(tmpdir(), "pin-release-"));
const repository = join(folder, "repository");
const archive = (version: string) => join(repository, `cilium-${version}.tgz`);
const digestOf = (version: string) => sha256Of(readFileSync(archive(version)));
const environment = { ...process.env };
let server: Server;

before(async () => {
  // A template that the Go module does not have.
  const template = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: unknown\n  namespace: {{ .Release.Namespace }}\n";
  const indexed = join(folder, "indexed");
  packageChart(folder, join(folder, "changed"), { values: digests, files: { "templates/unknown.yaml": template } });
  packageChart(folder, indexed, { values: digests, version: "1.18.90" });
  packageChart(folder, indexed, { values: { ...digests, "hubble.relay.image.digest": "" }, version: "1.18.91" });
  packageChart(folder, indexed, { values: digests, version: "1.18.92" });
  packageChart(folder, indexed, { values: digests, name: "other", version: "1.18.93" });
  rmSync(join(folder, "cilium-1.18.4"), { recursive: true });
  packageChart(folder, indexed, { values: digests });
  run("helm", ["repo", "index", indexed]);
  cpSync(indexed, repository, { recursive: true });
  process.env["XDG_CACHE_HOME"] = join(folder, "cache");
  server = await startFileServer(folder);
});
afterEach(() => {
  process.env = { ...environment, XDG_CACHE_HOME: join(folder, "cache") };
});
after(() => {
  server.process.kill();
  rmSync(folder, { recursive: true });
});

const pin = (version: string, pinned?: PinnedChart, path = "repository") =>
  pinRelease({ version, repository: `${server.address}/${path}`, pinned });

/** Serves a copy of the repository with another index. */
function indexedAs(name: string, change: (index: string) => string): string {
  cpSync(repository, join(folder, name), { recursive: true });
  const index = join(folder, name, "index.yaml");
  writeFileSync(index, change(readFileSync(index, "utf8")));
  return name;
}

test("a release is pinned with the digests of its archive and images, and the hash of its Go module", async () => {
  assert.deepEqual(await pin("1.18.4"), { sha256: digestOf("1.18.4"), source });
  assert.deepEqual(await pin("1.18.4", undefined, "repository/"), { sha256: digestOf("1.18.4"), source });
  // Helm's own repositories write the address of an archive relative to the index or in full.
  const absolute = indexedAs("absolute", (index) => index.replaceAll("- cilium-1", `- ${server.address}/repository/cilium-1`));
  assert.deepEqual(await pin("1.18.4", undefined, absolute), { sha256: digestOf("1.18.4"), source });
});

test("a release that is pinned without its source gets it, and one that has everything stays as it is", async () => {
  assert.deepEqual(await pin("1.18.4", { sha256: digestOf("1.18.4") }), { sha256: digestOf("1.18.4"), source });
  const complete = { sha256: digestOf("1.18.4"), source: { ...source, goModule: "h1:as-before" } };
  assert.equal(await pin("1.18.4", complete), complete);
});

test("a release whose Go module is not served is pinned without it, but not if the proxy is out of reach", async () => {
  // A proxy that answers 404 for every module.
  process.env["GOPROXY"] = server.address;
  assert.deepEqual(await pin("1.18.90"), { sha256: digestOf("1.18.90") });
  for (const proxy of ["off", "http://127.0.0.1:1"]) {
    process.env["GOPROXY"] = proxy;
    await assert.rejects(pin("1.18.90"), { message: /^github\.com\/cilium\/cilium@v1\.18\.90 could not be downloaded: / });
  }
});

test("a release that is pinned with another digest is refused", async () => {
  for (const pinned of [{ sha256: "0".repeat(64) }, { sha256: "0".repeat(64), source }]) {
    await assert.rejects(pin("1.18.4", pinned), {
      message: new RegExp(
        `^cilium 1\\.18\\.4 is pinned with 0{64}, but the index has ${digestOf("1.18.4")}: .* remove 1\\.18\\.4 from`,
      ),
    });
  }
});

test("an archive that is not the one of the index is refused", async () => {
  const replaced = indexedAs("replaced", (index) => index);
  cpSync(archive("1.18.90"), join(folder, replaced, "cilium-1.18.4.tgz"));
  await assert.rejects(pin("1.18.4", undefined, replaced), {
    message: new RegExp(
      `^http:.*/replaced/cilium-1\\.18\\.4\\.tgz has the SHA-256 ${digestOf("1.18.90")}, but the index has ${digestOf("1.18.4")}; it is not used$`,
    ),
  });
});

test("an archive of another chart, of another release or of no release is refused", async () => {
  const text = "no archive";
  const entries = (change: (entry: string) => string) =>
    indexedAs("wrong", (index) => index.replaceAll(/ {2}- annotations[^]*?(?=\n {2}- |\n {2}\w|\ngenerated)/g, change));
  const pointTo = (version: string, file: string) =>
    entries((entry) =>
      entry.includes(`\n    version: ${version}`)
        ? entry
            .replace(/digest: .*/, `digest: ${sha256Of(readFileSync(join(repository, file)))}`)
            .replace(/- \S+\.tgz/, `- ${file}`)
        : entry,
    );
  writeFileSync(join(repository, "text.tgz"), text);
  for (const [version, file, message] of [
    ["1.18.92", "cilium-1.18.4.tgz", /cilium-1\.18\.4\.tgz contains the chart cilium 1\.18\.4, not cilium 1\.18\.92$/],
    ["1.18.92", "other-1.18.93.tgz", /other-1\.18\.93\.tgz contains the chart other 1\.18\.93, not cilium 1\.18\.92$/],
    ["1.18.92", "text.tgz", /text\.tgz is not a chart archive: incorrect header check$/],
    [
      "1.18.91",
      "cilium-1.18.91.tgz",
      /^values\.yaml in .* has no digest at hubble\.relay\.image\.digest: it is not the chart of a release$/,
    ],
  ] as const) {
    await assert.rejects(pin(version, undefined, pointTo(version, file)), { message }, file);
  }
});

test("a chart whose Go module renders something else is refused, and the error names the objects", async () => {
  run("helm", ["repo", "index", join(folder, "changed")]);
  await assert.rejects(pin("1.18.4", undefined, "changed"), {
    message:
      /^the chart of cilium 1\.18\.4 and the one in its Go module render different objects: ConfigMap kube-system\/unknown; /,
  });
});

test("a release that the repository does not have is refused, and the error names its newest one", async () => {
  await assert.rejects(pin("1.18.98"), {
    message: /\/repository has no cilium 1\.18\.98; its newest release of 1\.18 is 1\.18\.92$/,
  });
  await assert.rejects(pin("1.19.98"), { message: /\/repository has no cilium 1\.19\.98; it has no release of this minor$/ });
  // Named by its file, but not by its entry.
  await assert.rejects(pin("1.18.93"), { message: /has no cilium 1\.18\.93/ });
});

test("a repository without a usable index is refused", async () => {
  for (const [path, message] of [
    ["elsewhere", /\/elsewhere\/index\.yaml could not be downloaded: the server answers 404$/],
    [indexedAs("html", () => "<html>: ]"), /\/html\/index\.yaml is not the index of a chart repository that has cilium$/],
    [indexedAs("others", () => "entries:\n  other: []\n"), /is not the index of a chart repository that has cilium$/],
    [indexedAs("empty", () => ""), /is not the index of a chart repository that has cilium$/],
    [
      indexedAs("bare", (index) => index.replaceAll(/digest: .*/g, "digest: 12")),
      /\/bare\/index\.yaml has no SHA-256 or no address/,
    ],
    [
      indexedAs("moved", (index) => index.replaceAll(/urls:\n.*/g, "urls: []")),
      /\/moved\/index\.yaml has no SHA-256 or no address/,
    ],
  ] as const) {
    await assert.rejects(pin("1.18.4", undefined, path), { message }, path);
  }
  const request = { version: "1.18.4", pinned: undefined };
  await assert.rejects(pinRelease({ ...request, repository: "oci://registry.example.com/charts" }), {
    message: /^oci:\/\/registry\.example\.com\/charts is an OCI registry, which has no index; use a repository such as https:/,
  });
  await assert.rejects(pinRelease({ ...request, repository: "https://no-such-host.invalid" }), {
    message: /^https:\/\/no-such-host\.invalid\/index\.yaml could not be downloaded: /,
  });
});

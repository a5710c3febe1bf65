import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { download, DownloadError } from "../components/download.ts";
import { gatewayApiObjects } from "../components/gatewayApi.ts";
import { settingsOf } from "../components/settings.ts";
import { ciliumMinors, gatewayApiDigests } from "../components/versions.ts";
import { gatewayApiCrds } from "./fixtures/gatewayApi.ts";

const folder = mkdtempSync(join(tmpdir(), "gateway-api-"));
const cache = process.env["XDG_CACHE_HOME"];
before(() => {
  process.env["XDG_CACHE_HOME"] = join(folder, "cache");
});
after(() => {
  if (cache === undefined) delete process.env["XDG_CACHE_HOME"];
  else process.env["XDG_CACHE_HOME"] = cache;
  rmSync(folder, { recursive: true });
});
const sha256 = (content: string) => createHash("sha256").update(content).digest("hex");
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

test("the pinned digests are those of the files that the maintainers make from the releases' source", () => {
  const releases = [...new Set(Object.values(ciliumMinors).map(({ gatewayApi }) => gatewayApi))];
  assert.deepEqual(Object.keys(gatewayApiDigests).sort(), releases.sort());
  for (const release of releases) assert.equal(sha256(gatewayApiCrds(release)), gatewayApiDigests[release], release);
});

const objects = (crdsPath: string, ciliumVersion = "1.18.4") =>
  gatewayApiObjects(settingsOf({ ciliumVersion, gatewayApi: { crdsPath } }));

test("each Cilium gets all of the release that it was made for", () => {
  for (const [minor, { gatewayApi }] of Object.entries(ciliumMinors)) {
    const kinds = objects(file(`${gatewayApi}.yaml`, gatewayApiCrds(gatewayApi)), `${minor}.0`).map(({ kind }) => kind);
    assert(kinds.filter((kind) => kind === "CustomResourceDefinition").length >= 5, minor);
  }
});

test("a file without any object is refused", () => {
  assert.throws(
    () => objects(file("empty.yaml", "---\n# nothing\n")),
    /empty\.yaml cannot be read: there is no Kubernetes object in it/,
  );
  assert.throws(
    () => objects(join(folder, "absent.yaml")),
    /^InputError: gatewayApi\.crdsPath: .*absent\.yaml cannot be read: ENOENT/,
  );
});

test("a download is used only with the right digest, and once", async () => {
  const content = "kind: CustomResourceDefinition\n";
  file("served.yaml", content);
  const server = spawn(process.execPath, [join(import.meta.dirname, "fixtures", "serve.ts"), folder]);
  try {
    const [address] = (await once(server.stdout.setEncoding("utf8"), "data")) as [string];
    const url = `${address.trim()}/served.yaml`;
    assert.throws(
      () => download(url, "0".repeat(64)),
      new DownloadError(`${url} has the SHA-256 ${sha256(content)}, not ${"0".repeat(64)}; it is not used`),
    );
    assert.throws(
      () => download(`${address.trim()}/absent.yaml`, sha256(content)),
      /absent\.yaml cannot be had: the server answers 404/,
    );
    assert.equal(download(url, sha256(content)), content);
    assert.deepEqual(
      readdirSync(join(folder, "cache"), { recursive: true }).filter((name) => String(name).includes("0000")),
      [],
    );
    server.kill();
    await once(server, "close");
    assert.equal(download(url, sha256(content)), content);
    assert.throws(() => download(url, "1".repeat(64)), /served\.yaml cannot be had: .*ECONNREFUSED/);
  } finally {
    server.kill();
  }
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "../../../tools/childProcess.mjs";
import { downloadRelease, places, type Release, releaseOf, type Transfer } from "../../../tools/releases.mjs";
import { tools } from "../../../tools/tools.mjs";

const folder = mkdtempSync(join(tmpdir(), "releases-"));
const served = join(folder, "served");
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (pathname === "/never") return;
  if (pathname === "/slow") {
    response.writeHead(200, { "Content-Length": 1000 }).write("x".repeat(10));
    return;
  }
  try {
    const content = readFileSync(join(served, pathname));
    response.writeHead(200, { "Content-Length": content.length });
    if (!pathname.startsWith("/cut")) response.end(content);
    else response.write(content.subarray(0, 10), () => response.destroy());
  } catch {
    response.writeHead(404).end();
  }
});
let address: string;
const archive = () => `${address}/tool-v1.2.3.tar.gz`;
const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

before(async () => {
  mkdirSync(join(served, "content", "tool"), { recursive: true });
  const script = '#!/bin/sh\necho "Version: v1.2.3+abc"\n';
  writeFileSync(join(served, "content", "tool", "tool"), script);
  chmodSync(join(served, "content", "tool", "tool"), 0o755);
  run("tar", ["-czf", join(served, "tool-v1.2.3.tar.gz"), "-C", join(served, "content"), "tool"]);
  writeFileSync(join(served, "plain"), script);
  writeFileSync(join(served, "broken"), "this is no program");
  writeFileSync(join(served, "cut.tar.gz"), "x".repeat(1000));
  const digest = sha256(join(served, "tool-v1.2.3.tar.gz"));
  writeFileSync(join(served, "only"), `${digest}\n`);
  writeFileSync(join(served, "sums"), `${"0".repeat(64)}  other.tar.gz\n${digest}  tool-v1.2.3.tar.gz\n`);
  writeFileSync(join(served, "starred"), `${digest} *release/tool-v1.2.3.tar.gz\n`);
  writeFileSync(join(served, "others"), `${digest}  other.tar.gz\n`);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const download = (release: Partial<Release>, transfer?: Transfer) => {
  const target = mkdtempSync(join(folder, "target-"));
  const whole = { version: "1.2.3", url: archive(), member: "tool/tool", printVersion: ["version"], ...release };
  return { target, result: downloadRelease(whole, target, "tool", transfer) };
};

test("an archive is downloaded, checked and unpacked, whatever form its checksum file has", async () => {
  for (const checksums of ["only", "sums", "starred"]) {
    const bytes: [number, number][] = [];
    const { target, result } = download(
      { checksums: `${address}/${checksums}` },
      {
        onBytes: (...progress) => bytes.push(progress),
      },
    );
    assert.equal(await result, "published");
    assert.deepEqual(readdirSync(target), ["tool"]);
    assert.equal(run(join(target, "tool"), []), "Version: v1.2.3+abc\n");
    const { size } = statSync(join(served, "tool-v1.2.3.tar.gz"));
    assert.deepEqual(bytes.at(-1), [size, size]);
  }
});

test("a pinned digest needs no checksum file", async () => {
  const { result } = download({ sha256: sha256(join(served, "tool-v1.2.3.tar.gz")) });
  assert.equal(await result, "pinned");
});

test("an executable without an archive is made executable", async () => {
  const { member: _, ...plain } = { member: "", url: `${address}/plain`, sha256: sha256(join(served, "plain")) };
  const target = mkdtempSync(join(folder, "target-"));
  await downloadRelease({ version: "1.2.3", printVersion: [], ...plain }, target, "tool");
  assert.equal(run(join(target, "tool"), []), "Version: v1.2.3+abc\n");
});

test("what is missing, corrupt, cut off, without a digest or another version is refused", async () => {
  const zeros = "0".repeat(64);
  const digest = sha256(join(served, "tool-v1.2.3.tar.gz"));
  for (const [release, message] of [
    [{ url: `${address}/missing.tar.gz`, sha256: zeros }, /missing\.tar\.gz could not be downloaded: the server answers 404$/],
    [{ sha256: zeros }, /tool-v1\.2\.3\.tar\.gz has the SHA-256 [0-9a-f]{64}, not 0{64}$/],
    [{ url: `${address}/cut.tar.gz`, sha256: zeros }, /cut\.tar\.gz could not be downloaded: .+/],
    [{ checksums: `${address}/missing` }, /missing could not be downloaded: the server answers 404$/],
    [{ checksums: `${address}/others` }, /others has no SHA-256 of tool-v1\.2\.3\.tar\.gz$/],
    [{}, /^no SHA-256 is published for /],
    [{ sha256: digest, member: "tool/other" }, /tar.*exit status/],
    [{ sha256: digest, version: "1.2.4" }, /does not run here, or is not 1\.2\.4: Version: v1\.2\.3/],
    [
      { url: "http://127.0.0.1:1/tool.tar.gz", sha256: zeros },
      /tool\.tar\.gz could not be downloaded: .*(?:ECONNREFUSED|bad port)/,
    ],
  ] as const) {
    await assert.rejects(download(release).result, { message });
  }
});

test("a server that sends nothing, or hardly anything, is given up", async () => {
  for (const [path, bytes] of [
    ["never", 0],
    ["slow", 10],
  ] as const) {
    const { result } = download({ url: `${address}/${path}`, sha256: "0".repeat(64) }, { patience: 1 });
    await assert.rejects(result, { message: new RegExp(`${path} could not be downloaded: only ${bytes} bytes arrived in 1 s$`) });
  }
});

const machines = ["linux", "darwin"].flatMap((platform) => ["x64", "arm64"].map((arch) => ({ platform, arch })));

test("Linux and macOS have releases, other systems and processors have none", () => {
  for (const machine of machines) {
    const missing = Object.keys(places).filter((name) => releaseOf(name, "1.34.2", machine) === undefined);
    assert.deepEqual(missing, machine.platform === "linux" ? [] : ["apiserver", "controllerManager", "scheduler"]);
  }
  for (const machine of [
    { platform: "win32", arch: "x64" },
    { platform: "linux", arch: "riscv64" },
  ])
    assert.deepEqual(
      Object.keys(places).filter((name) => releaseOf(name, "1.34.2", machine) !== undefined),
      [],
    );
  assert.equal(releaseOf("yamlread", "1.0.0"), undefined);
});

test("each release is of a tool, has the version in its address, and a checksum file", () => {
  for (const machine of machines) {
    for (const name of Object.keys(places)) {
      assert(name in tools, name);
      const release = releaseOf(name, "9.8.7", machine);
      if (release === undefined) continue;
      assert.match(release.url, /^https:\/\/.*v9\.8\.7/);
      assert.match(release.checksums ?? "", /^https:\/\/.*v9\.8\.7/);
      assert.equal(release.sha256, undefined);
    }
  }
});

test("the pinned digests are those of the version that is built from source", () => {
  const [, version = ""] = /k8s\.io\/kubernetes v(\S+)/.exec(readFileSync("tools/kubernetes/go.mod", "utf8")) ?? [];
  for (const arch of ["x64", "arm64"])
    assert.match(releaseOf("kubectl", version, { platform: "linux", arch })?.sha256 ?? "", /^[0-9a-f]{64}$/);
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs, { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, beforeEach, mock, test } from "node:test";
import { pathToFileURL } from "node:url";
import { readCached, sha256Of, writeCached, writeWhole } from "../../../components/support/cache.ts";
import { run } from "../../../tools/childProcess.mjs";
import { type Server, startFileServer } from "../../harness/servers.ts";
import { packageTinyChart, runHelm } from "../../harness/tinyChart.ts";
import { unusableFolders } from "../../harness/unusableFolders.ts";

const folder = mkdtempSync(join(tmpdir(), "cache-"));
const environment = { ...process.env };
const unusable = unusableFolders(join(folder, "unusable"));
const { path: archive, sha256 } = packageTinyChart(folder);
runHelm("repo", "index", dirname(archive));
const index = sha256Of(readFileSync(join(dirname(archive), "index.yaml")));
let server: Server;
before(async () => {
  server = await startFileServer(dirname(archive));
});
beforeEach(() => {
  process.env = { ...environment };
});
after(() => {
  server.process.kill();
  process.env = environment;
  rmSync(folder, { recursive: true });
});

/** Runs everything that uses the cache in its own process, in an empty folder, and returns the results. */
function useCache(variables: NodeJS.ProcessEnv) {
  const cwd = mkdtempSync(join(folder, "cwd-"));
  const temporary = mkdtempSync(join(folder, "tmp-"));
  const script = join(import.meta.dirname, "..", "..", "processes", "useCache.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, server.address, sha256, index], {
    cwd,
    encoding: "utf8",
    timeout: 60_000,
    killSignal: "SIGKILL",
    env: { ...environment, TMPDIR: temporary, ...variables },
  });
  assert.equal(status, 0, stderr || "it does not end");
  assert.equal(stderr, "");
  const { chart, rendered, staged } = JSON.parse(stdout) as { chart: string; rendered: string; staged: string };
  assert.match(rendered, /content: one/);
  assert.deepEqual(readdirSync(temporary), []);
  return { chart, staged, cwd, temporary };
}

test("a downloaded chart stays in the cache folder, and nothing is left in the working directory", () => {
  const cache = join(folder, "used");
  const { chart, cwd } = useCache({ XDG_CACHE_HOME: cache });
  assert.equal(chart, join(cache, "talos-cilium-cni", "charts", `cilium-1.18.4-${sha256}.tgz`));
  assert(existsSync(chart));
  assert.deepEqual(readdirSync(cwd), []);
});

for (const [description, path] of Object.entries(unusable)) {
  test(`everything works if the cache folder cannot be created: ${description}`, () => {
    const { chart, temporary } = useCache({ XDG_CACHE_HOME: path });
    assert(chart.startsWith(temporary));
    assert(!existsSync(chart));
  });
}

test("everything works for a user without a home folder", () => {
  for (const HOME of ["", "home", "/proc/nope"]) {
    const { cwd } = useCache({ XDG_CACHE_HOME: undefined, HOME });
    assert.deepEqual(readdirSync(cwd), [], HOME);
  }
});

test("nothing is written into a relative XDG_CACHE_HOME", () => {
  const home = join(folder, "home");
  mkdirSync(home);
  for (const relative of ["cache", "~/cache"]) {
    const { chart, cwd } = useCache({ XDG_CACHE_HOME: relative, HOME: home });
    assert(chart.startsWith(join(home, ".cache", "talos-cilium-cni")), chart);
    assert.deepEqual(readdirSync(cwd), []);
  }
});

test("a failed write into the cache, on a full or read-only disk, leaves no file behind", () => {
  const cache = join(folder, "full");
  process.env["XDG_CACHE_HOME"] = cache;
  writeCached("existing", "file", "content");
  for (const code of ["ENOSPC", "EROFS", "EACCES", "EDQUOT"]) {
    for (const call of ["writeFileSync", "renameSync", "mkdtempSync", "mkdirSync"] as const) {
      const failing = mock.method(fs, call, () => {
        throw Object.assign(new Error(code), { code });
      });
      syncBuiltinESMExports();
      try {
        assert.equal(writeCached(call === "mkdirSync" ? "new" : "existing", "other", "content"), undefined, `${call} ${code}`);
        assert(failing.mock.callCount() > 0);
      } finally {
        failing.mock.restore();
        syncBuiltinESMExports();
      }
      assert.deepEqual(readdirSync(join(cache, "talos-cilium-cni", "existing")), ["file"]);
    }
  }
});

test("without a cache folder nothing is read or written", () => {
  for (const [description, path] of Object.entries(unusable)) {
    process.env["XDG_CACHE_HOME"] = path;
    assert.equal(writeCached("charts", "file", "content"), undefined, description);
    assert.equal(readCached("charts", "file", sha256Of("content")), undefined, description);
  }
});

test("only content with the right digest is read from the cache", () => {
  process.env["XDG_CACHE_HOME"] = join(folder, "read");
  const path = writeCached("existing", "file", "content") ?? assert.fail("the file is not cached");
  const read = () => readCached("existing", "file", sha256Of("content"))?.content.toString("utf8");
  assert.equal(read(), "content");
  writeFileSync(path, "damaged");
  assert.equal(read(), undefined);
  rmSync(path);
  assert.equal(read(), undefined);
  mkdirSync(path);
  assert.equal(read(), undefined);
  assert.equal(writeCached("existing", "file", "content"), undefined);
});

test("binary content comes back from the cache byte for byte, with its path", () => {
  process.env["XDG_CACHE_HOME"] = join(folder, "binary");
  const content = Buffer.from([0, 255, 10, 13, 128, 0]);
  const path = writeCached("charts", "chart.tgz", content);
  assert.deepEqual(readCached("charts", "chart.tgz", sha256Of(content)), { path, content });
});

test("writeWhole replaces a file, and leaves nothing but that file", () => {
  const target = mkdtempSync(join(folder, "whole-"));
  const file = join(target, "file");
  for (const content of ["one", "", "three"]) {
    assert.equal(writeWhole(file, content), file);
    assert.equal(readFileSync(file, "utf8"), content);
    assert.deepEqual(readdirSync(target), ["file"]);
  }
});

test("writeWhole never changes the old file, so a reader that has it open reads it to its end", () => {
  const file = join(mkdtempSync(join(folder, "whole-")), "file");
  writeWhole(file, "old content");
  const reader = fs.openSync(file, "r");
  try {
    writeWhole(file, "new");
    assert.equal(readFileSync(reader, "utf8"), "old content");
  } finally {
    fs.closeSync(reader);
  }
});

test("writeWhole throws if it cannot write, and leaves the old file", () => {
  const target = mkdtempSync(join(folder, "whole-"));
  const obstacle = join(target, "folder");
  mkdirSync(join(obstacle, "full"), { recursive: true });
  assert.throws(() => writeWhole(obstacle, "content"), /EISDIR|ENOTEMPTY|EEXIST/);
  assert.throws(() => writeWhole(join(target, "missing", "file"), "content"), /ENOENT/);
  assert.deepEqual(readdirSync(target), ["folder"]);
});

/** Calls `temporaryFolder` in its own process, `count` times. Each line of the output is a folder or an error. */
function temporaryFolders(variables: NodeJS.ProcessEnv, count = 1): readonly string[] {
  const module = pathToFileURL(join(import.meta.dirname, "..", "..", "..", "components", "support", "cache.ts")).href;
  const program = `
    import { statSync, writeFileSync } from "node:fs";
    import { temporaryFolder } from ${JSON.stringify(module)};
    for (let call = 0; call < ${count}; call += 1) {
      try {
        const folder = temporaryFolder();
        writeFileSync(folder + "/file", "");
        console.log(folder);
      } catch ({ message }) {
        console.log(message);
      }
    }`;
  const env = { ...environment, ...variables };
  return run(process.execPath, ["--input-type=module", "--eval", program], { env }).trim().split("\n");
}

test("a temporary folder is new each time, and is removed with its files when the process ends", () => {
  const temporary = mkdtempSync(join(folder, "tmp-"));
  const folders = temporaryFolders({ TMPDIR: temporary, XDG_CACHE_HOME: join(folder, "unused") }, 3);
  assert.equal(new Set(folders).size, 3);
  for (const path of folders) assert.equal(dirname(path), temporary);
  assert.deepEqual(readdirSync(temporary), []);
  assert(!existsSync(join(folder, "unused")));
});

test("a temporary folder is in the cache folder if TMPDIR is unusable", () => {
  const cache = join(folder, "instead-of-tmp");
  const [path = ""] = temporaryFolders({ TMPDIR: unusable["a file"], XDG_CACHE_HOME: cache });
  const parent = join(cache, "talos-cilium-cni", "temporary");
  assert.equal(dirname(path), parent);
  assert.deepEqual(readdirSync(parent), []);
});

test("without any usable folder, the error has the reason", () => {
  const [message = ""] = temporaryFolders({ TMPDIR: unusable["a file"], XDG_CACHE_HOME: unusable["a file"] });
  assert.match(message, /^ENOTDIR: not a directory, mkdtemp '.*file\/talos-cilium-cni-/);
});

test("sha256Of is the hexadecimal SHA-256 of a text or of bytes", () => {
  // The examples of FIPS 180-2, and the digest of nothing.
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(sha256Of("abc"), abc);
  assert.equal(sha256Of(Buffer.from("abc")), abc);
  assert.equal(sha256Of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs, { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os, { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { after, before, beforeEach, mock, test } from "node:test";
import { readCached, sha256Of, writeCached } from "../../../components/support/cache.ts";
import { cacheFolder, cacheIn } from "../../../components/support/cacheFolder.mjs";
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

/** What comes of all that uses the cache, in a process of its own, in an empty folder. */
function useCache(given: NodeJS.ProcessEnv) {
  const cwd = mkdtempSync(join(folder, "cwd-"));
  const temporary = mkdtempSync(join(folder, "tmp-"));
  const script = join(import.meta.dirname, "..", "..", "processes", "useCache.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, server.address, sha256, index], {
    ...{ cwd, encoding: "utf8", timeout: 60_000, killSignal: "SIGKILL" },
    env: { ...environment, TMPDIR: temporary, ...given },
  });
  assert.equal(status, 0, stderr || "it does not end");
  assert.equal(stderr, "");
  const { chart, rendered, staged } = JSON.parse(stdout) as { chart: string; rendered: string; staged: string };
  assert.match(rendered, /content: one/);
  assert.deepEqual(readdirSync(temporary), []);
  return { chart, staged, cwd, temporary };
}

test("what was checked is kept in the cache folder", () => {
  const cache = join(folder, "kept");
  const { chart, cwd } = useCache({ XDG_CACHE_HOME: cache });
  assert.equal(chart, join(cache, "talos-cilium-cni", "charts", `cilium-1.18.4-${sha256}.tgz`));
  assert(existsSync(chart));
  assert.deepEqual(readdirSync(cwd), []);
});

for (const [what, path] of Object.entries(unusable)) {
  test(`a cache folder that cannot be made, ${what}: all works without it`, () => {
    const { chart, temporary } = useCache({ XDG_CACHE_HOME: path });
    assert(chart.startsWith(temporary));
    assert(!existsSync(chart));
  });
}

test("without a home folder all works without a cache", () => {
  for (const HOME of ["", "home", "/proc/nope"]) {
    const { cwd } = useCache({ XDG_CACHE_HOME: undefined, HOME });
    assert.deepEqual(readdirSync(cwd), [], HOME);
  }
});

test("a user who is not in the password file has no cache folder", () => {
  delete process.env["XDG_CACHE_HOME"];
  const failing = mock.method(os, "homedir", () => {
    throw new Error("uv_os_homedir returned ENOENT");
  });
  syncBuiltinESMExports();
  try {
    assert.equal(cacheFolder(), undefined);
    assert.equal(cacheIn("charts"), undefined);
    assert.equal(writeCached("charts", "file", "content"), undefined);
  } finally {
    failing.mock.restore();
    syncBuiltinESMExports();
  }
});

test("a relative XDG_CACHE_HOME is ignored, as its specification says", () => {
  const home = join(folder, "home");
  mkdirSync(home);
  for (const relative of ["cache", "./cache", "../cache", "~/cache"]) {
    const { chart, cwd } = useCache({ XDG_CACHE_HOME: relative, HOME: home });
    assert(chart.startsWith(join(home, ".cache", "talos-cilium-cni")), chart);
    assert.deepEqual(readdirSync(cwd), []);
  }
});

test("a folder of the cache is made with those above it, or is undefined", () => {
  process.env["XDG_CACHE_HOME"] = join(folder, "new", "cache");
  assert.equal(cacheIn("charts"), join(folder, "new", "cache", "talos-cilium-cni", "charts"));
  assert(existsSync(cacheIn("charts") ?? ""));
  for (const [what, path] of Object.entries(unusable)) {
    process.env["XDG_CACHE_HOME"] = path;
    assert.equal(cacheIn("charts"), undefined, what);
    assert(isAbsolute(cacheFolder() ?? ""));
  }
});

test("what cannot be written, on a full or read-only disk, is not cached, and leaves nothing behind", () => {
  const cache = join(folder, "full");
  process.env["XDG_CACHE_HOME"] = cache;
  writeCached("kept", "file", "content");
  for (const code of ["ENOSPC", "EROFS", "EACCES", "EDQUOT"]) {
    for (const call of ["writeFileSync", "renameSync", "mkdtempSync", "mkdirSync"] as const) {
      const failing = mock.method(fs, call, () => {
        throw Object.assign(new Error(code), { code });
      });
      syncBuiltinESMExports();
      try {
        assert.equal(writeCached(call === "mkdirSync" ? "new" : "kept", "other", "content"), undefined, `${call} ${code}`);
        assert(failing.mock.callCount() > 0);
      } finally {
        failing.mock.restore();
        syncBuiltinESMExports();
      }
      assert.deepEqual(readdirSync(join(cache, "talos-cilium-cni", "kept")), ["file"]);
    }
  }
});

test("only content with the right digest is read from the cache", () => {
  process.env["XDG_CACHE_HOME"] = join(folder, "read");
  const path = writeCached("kept", "file", "content") ?? assert.fail("it is not kept");
  const read = () => readCached("kept", "file", sha256Of("content"))?.content.toString("utf8");
  assert.equal(read(), "content");
  writeFileSync(path, "damaged");
  assert.equal(read(), undefined);
  rmSync(path);
  mkdirSync(path);
  assert.equal(read(), undefined);
  assert.equal(writeCached("kept", "file", "content"), undefined);
});

import assert from "node:assert/strict";
import fs, { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os, { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { after, afterEach, mock, test } from "node:test";
import { cacheFolder, cacheIn, makeFolder } from "../../../components/support/cacheFolder.mjs";
import { unusableFolders } from "../../harness/unusableFolders.ts";

const folder = mkdtempSync(join(tmpdir(), "cache-folder-"));
const unusable = unusableFolders(join(folder, "unusable"));
const { XDG_CACHE_HOME, HOME } = process.env;

// os.homedir() reads the environment of the process itself, so change that one and not a copy.
function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}

afterEach(() => {
  setVariable("XDG_CACHE_HOME", XDG_CACHE_HOME);
  setVariable("HOME", HOME);
});
after(() => {
  rmSync(folder, { recursive: true });
});

test("the cache folder is in XDG_CACHE_HOME", () => {
  setVariable("XDG_CACHE_HOME", join(folder, "xdg"));
  assert.equal(cacheFolder(), join(folder, "xdg", "talos-cilium-cni"));
  assert(!existsSync(join(folder, "xdg")));
});

test("the cache folder is in ~/.cache if XDG_CACHE_HOME is missing, empty or relative", () => {
  setVariable("HOME", join(folder, "home"));
  for (const path of [undefined, "", "cache", "./cache", "../cache", "~/cache"]) {
    setVariable("XDG_CACHE_HOME", path);
    assert.equal(cacheFolder(), join(folder, "home", ".cache", "talos-cilium-cni"), path);
  }
});

test("a user whose home folder is not an absolute path has no cache folder", () => {
  setVariable("XDG_CACHE_HOME", undefined);
  setVariable("HOME", "home");
  assert.equal(cacheFolder(), undefined);
  assert.equal(cacheIn("charts"), undefined);
});

test("a user who is not in the password file has no cache folder", () => {
  setVariable("XDG_CACHE_HOME", undefined);
  const failing = mock.method(os, "homedir", () => {
    throw new Error("uv_os_homedir returned ENOENT");
  });
  syncBuiltinESMExports();
  try {
    assert.equal(cacheFolder(), undefined);
    assert.equal(cacheIn("charts"), undefined);
  } finally {
    failing.mock.restore();
    syncBuiltinESMExports();
  }
});

test("a folder in the cache is created with its parents, and undefined if that fails", () => {
  setVariable("XDG_CACHE_HOME", join(folder, "new", "cache"));
  assert.equal(cacheIn("charts"), join(folder, "new", "cache", "talos-cilium-cni", "charts"));
  assert(existsSync(cacheIn("charts") ?? ""));
  for (const [description, path] of Object.entries(unusable)) {
    setVariable("XDG_CACHE_HOME", path);
    assert.equal(cacheIn("charts"), undefined, description);
    assert(isAbsolute(cacheFolder() ?? ""));
  }
});

test("makeFolder leaves an existing folder and its files alone", () => {
  const existing = join(folder, "existing");
  mkdirSync(existing);
  writeFileSync(join(existing, "file"), "");
  makeFolder(existing);
  assert.deepEqual(readdirSync(existing), ["file"]);
});

test("makeFolder throws where a folder cannot be created, and does not hang", { timeout: 10_000 }, () => {
  for (const [description, path] of Object.entries(unusable)) {
    const make = () => {
      makeFolder(join(path, "inside"));
    };
    assert.throws(make, /ENOTDIR|ENOENT|EEXIST/, description);
  }
});

test("makeFolder accepts a folder that another process creates at the same time, but not a file", () => {
  for (const [name, create] of [
    ["folder", fs.mkdirSync],
    [
      "file",
      (path: string) => {
        fs.writeFileSync(path, "");
      },
    ],
  ] as const) {
    const path = join(folder, "concurrent", name);
    makeFolder(dirname(path));
    const failing = mock.method(fs, "mkdirSync", () => {
      failing.mock.restore();
      create(path);
      throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });
    });
    syncBuiltinESMExports();
    const make = () => {
      makeFolder(path);
    };
    try {
      if (name === "folder") make();
      else assert.throws(make, { code: "EEXIST" });
    } finally {
      failing.mock.restore();
      syncBuiltinESMExports();
    }
  }
});

import assert from "node:assert/strict";
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import { root } from "../../commands/lib/root.ts";
import { runUnchecked } from "../../tools/childProcess.mjs";

const folder = mkdtempSync(join(tmpdir(), "compile-cache-"));
after(() => {
  rmSync(folder, { recursive: true });
});

function startNode(environment: NodeJS.ProcessEnv) {
  const options = ["--import", "./components/compileCache.mjs", "--eval", 'import("semver").then(() => console.log("started"))'];
  return runUnchecked(process.execPath, options, { cwd: root, env: { ...process.env, ...environment } });
}

test("what Node compiles is kept in the cache folder of the user, and nowhere else", () => {
  const temporary = mkdtempSync(join(folder, "temporary-"));
  const environment = { XDG_CACHE_HOME: join(folder, "cache"), TMPDIR: temporary };
  assert.match(startNode(environment).stdout, /started/);
  const files = globSync(join(folder, "cache", "talos-cilium-cni", "compiled", "**"), { withFileTypes: true });
  assert(files.some((file) => file.isFile()));
  assert.deepEqual(readdirSync(temporary), []);
});

test("a folder that cannot be written changes nothing", () => {
  const { status, stdout, stderr } = startNode({ XDG_CACHE_HOME: "/proc/none" });
  assert.deepEqual([status, stdout.trim(), stderr], [0, "started", ""]);
});

test("every program in TypeScript starts with it", () => {
  const programs = globSync(["Pulumi.yaml", "examples/*/Pulumi.yaml"], { cwd: root }).filter((file) =>
    existsSync(join(root, file, "..", "index.ts")),
  );
  assert(programs.length > 5);
  for (const file of programs) {
    const { runtime } = parse(readFileSync(join(root, file), "utf8")) as { runtime: { options: { nodeargs?: string } } };
    const [, module = ""] = /^--import (\S+)$/.exec(runtime.options.nodeargs ?? "") ?? [];
    assert.equal(join(root, file, "..", module), join(root, "components", "compileCache.mjs"), file);
  }
});

test("the package has it under the name in its documentation", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: Record<string, unknown> };
  assert(Object.hasOwn(exports, "./compileCache"));
  assert.match(
    readFileSync(join(root, "docs", "getting-started", "manifest.md"), "utf8"),
    /--import talos-cilium-cni\/compileCache/,
  );
});

import assert from "node:assert/strict";
import childProcess from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { noCacheVariable } from "../../components/helm/renderingCache.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createPlan, type Plan } from "../../components/plan.ts";
import { sha256Of } from "../../components/support/cache.ts";
import { run } from "../../tools/childProcess.mjs";
import { variants } from "../fixtures/variants.ts";
import { chartFolder, releases } from "../harness/charts.ts";

const folder = mkdtempSync(join(tmpdir(), "rendering-cache-"));
after(() => {
  rmSync(folder, { recursive: true });
});
process.env["XDG_CACHE_HOME"] = folder;
Reflect.deleteProperty(process.env, noCacheVariable);

let renderings = 0;
const start = childProcess.spawnSync;
const countRenderings = (program: string, args: readonly string[], options: childProcess.SpawnSyncOptions): unknown => {
  if (args[0] === "template") renderings += 1;
  return start(program, args, options);
};
Object.assign(childProcess, { spawnSync: countRenderings });
syncBuiltinESMExports();

/** Makes the plan, and counts how often Helm renders for it. */
function planAndCount(args: TalosCiliumCniArgs): readonly [Pick<Plan, "manifest" | "images" | "secretObjects">, number] {
  const before = renderings;
  const { manifest, images, secretObjects } = createPlan(args);
  return [{ manifest, images, secretObjects }, renderings - before];
}

for (const { ciliumVersion } of releases) {
  const destination = join(folder, ciliumVersion);
  run("helm", ["package", chartFolder(ciliumVersion), "--destination", destination]);
  const path = join(destination, `cilium-${ciliumVersion}.tgz`);
  const chart = { path, sha256: sha256Of(readFileSync(path)) };
  for (const [name, args] of Object.entries(variants)) {
    test(`${ciliumVersion}, ${name}: a rendering from the cache is the same, and Helm does not run for it`, () => {
      const inputs = { ...args, ciliumVersion, chart };
      const [first, firstCount] = planAndCount(inputs);
      const [second, secondCount] = planAndCount(inputs);
      assert.deepEqual([firstCount, secondCount], first.secretObjects.size > 0 ? [1, 1] : [1, 0]);
      if (secondCount === 0) assert.deepEqual(second, first);
    });
  }
}

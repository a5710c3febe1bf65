import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "../../../commands/lib/root.ts";
import { run } from "../../../tools/childProcess.mjs";

const folder = mkdtempSync(join(tmpdir(), "suite-environment-"));
after(() => {
  rmSync(folder, { recursive: true });
});

test("a test file and the programs that it starts get the environment of its suite", () => {
  const file = join(folder, "some.test.ts");
  writeFileSync(
    file,
    `
    import { execFileSync } from "node:child_process";
    console.log(process.env.PATH, execFileSync(process.execPath, ["--print", "process.env.PATH"], { encoding: "utf8" }).trim());
  `,
  );
  const environments = join(folder, "environments.json");
  writeFileSync(environments, JSON.stringify({ [file]: { PATH: "/only/this" } }));
  const env = { ...process.env, CILIUM_TEST_ENVIRONMENTS: environments };
  const hook = pathToFileURL(join(root, "commands", "lib", "suiteEnvironment.ts")).href;
  assert.equal(run(process.execPath, ["--import", hook, file], { env }), "/only/this /only/this\n");
  assert.throws(
    () => run(process.execPath, ["--import", hook, environments], { env }),
    /has no environment for .*environments\.json/,
  );
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { root } from "../../../commands/lib/root.ts";
import { listFailures } from "../../../commands/lib/runFiles.ts";
import { run } from "../../../tools/childProcess.mjs";

test("failures are listed with a command that runs their files, each once, and only what can be run", () => {
  const config = ["test/unit/config.test.ts", "test/unit/config.test.ts"];
  const helper = ["test/harness/checkExamples.ts", "test/unit/checks/run.test.ts"];
  const shared = ["run/process.mjs", "run/process.mjs"];
  const lines = listFailures([
    { name: "one", place: "test/unit/config.test.ts:3", files: config },
    { name: "two", place: "test/unit/config.test.ts:9", files: config },
    { name: "of a helper", place: "test/harness/checkExamples.ts:37", files: helper },
    { name: "of a shared process", place: "test/unit/plan.test.ts:5", files: ["test/unit/plan.test.ts", "run/process.mjs"] },
    { name: "did not run to its end", place: "30 files of test/unit, in one process", files: shared },
  ]);
  assert.deepEqual(lines.map(stripVTControlCharacters), [
    "✗ test/unit/config.test.ts:3 one",
    "✗ test/unit/config.test.ts:9 two",
    "✗ test/harness/checkExamples.ts:37 of a helper",
    "✗ test/unit/plan.test.ts:5 of a shared process",
    "✗ 30 files of test/unit, in one process did not run to its end",
    "run these files again: npm test -- test/unit/config.test.ts test/unit/checks/run.test.ts test/unit/plan.test.ts",
  ]);
  assert.equal(listFailures([{ name: "one", place: "30 files", files: shared }]).length, 1);
});

test("the reason of a skip is counted for the test file, even if a helper registers the test", () => {
  const folder = mkdtempSync(join(tmpdir(), "run-files-"));
  try {
    const helper = join(folder, "helper.mjs");
    writeFileSync(
      helper,
      'import { test } from "node:test";\nexport const register = () => test("x", (context) => context.skip("why"));\n',
    );
    const path = join(folder, "file.test.mjs");
    writeFileSync(path, 'import { register } from "./helper.mjs";\nregister();\n');
    const script = join(folder, "run.mjs");
    const module = pathToFileURL(join(root, "commands", "lib", "runFiles.ts")).href;
    writeFileSync(
      script,
      `import { runFiles } from ${JSON.stringify(module)};
const result = { passed: 0, failed: 0, skipped: [] };
const file = { path: ${JSON.stringify(path)}, title: "file", environment: {}, result, isAlone: false };
await runFiles([file], { folder: ${JSON.stringify(folder)}, concurrency: 1, timeout: 60_000 });
console.log(JSON.stringify(result));`,
    );
    // Inside of a test, node:test would not run other files.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const [line = ""] = run(process.execPath, [script], { env }).trimEnd().split("\n").slice(-1);
    const skipped = Number.parseInt(process.versions.node, 10) < 24 ? [] : ["x: why"];
    assert.deepEqual(JSON.parse(line), { passed: 0, failed: 0, skipped });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

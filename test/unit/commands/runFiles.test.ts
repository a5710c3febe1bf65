import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { listFailures } from "../../../commands/lib/runFiles.ts";

test("failures are listed with a command that runs their files, each once, and only what can be run", () => {
  const lines = listFailures([
    { name: "one", place: "test/unit/config.test.ts:3" },
    { name: "two", place: "test/unit/config.test.ts:9" },
    { name: "of a helper", place: "test/harness/checkExamples.ts:37" },
    { name: "did not run to its end", place: "test/unit/plan.test.ts" },
    { name: "did not run to its end", place: "30 files of test/unit, in one process" },
  ]);
  assert.deepEqual(lines.map(stripVTControlCharacters), [
    "✗ test/unit/config.test.ts:3 one",
    "✗ test/unit/config.test.ts:9 two",
    "✗ test/harness/checkExamples.ts:37 of a helper",
    "✗ test/unit/plan.test.ts did not run to its end",
    "✗ 30 files of test/unit, in one process did not run to its end",
    "run these files again: npm test -- test/unit/config.test.ts test/unit/plan.test.ts",
  ]);
  assert.equal(listFailures([{ name: "one", place: "test/harness/checkExamples.ts:37" }]).length, 1);
});

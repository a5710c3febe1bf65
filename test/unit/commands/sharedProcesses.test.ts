import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../../commands/lib/root.ts";
import { shareProcesses } from "../../../commands/lib/sharedProcesses.ts";

test("a process for several files is named by their number and the folder that they are in", () => {
  const folder = mkdtempSync(join(tmpdir(), "shared-"));
  const paths = ["test/unit/plan.test.ts", "test/unit/versions/advisories.test.ts", "test/unit/docs/readme.test.ts"];
  try {
    const processes = shareProcesses(
      paths.map((path) => join(root, path)),
      ["test/unit/**/*.test.ts"],
      { folder, count: 1 },
    );
    assert.deepEqual(
      processes.map(({ title }) => title),
      ["3 files of test/unit, in one process"],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

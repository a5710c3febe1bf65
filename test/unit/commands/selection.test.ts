import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { root } from "../../../commands/lib/root.ts";
import { selectFiles } from "../../../commands/lib/selection.ts";
import { type SuiteName, suites } from "../../../commands/lib/suites.ts";

const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});

const names = (selected: ReadonlyMap<SuiteName, readonly string[]>) => [...selected.keys()];

test("npm test runs three suites, test:all runs every suite, and --rest runs the others", () => {
  delete process.env["INIT_CWD"];
  const daily = names(selectFiles({}));
  assert.deepEqual(daily.toSorted(), ["charts", "engine", "unit"]);
  assert.deepEqual(names(selectFiles({ all: true })), Object.keys(suites));
  assert.deepEqual([...daily, ...names(selectFiles({ rest: true }))].toSorted(), Object.keys(suites).toSorted());
});

test("suites and files are selected by name, relative to the user's folder", () => {
  process.env["INIT_CWD"] = join(root, "test");
  assert.deepEqual(names(selectFiles({ words: ["unit", "lan"] })), ["lan", "unit"]);
  const selected = selectFiles({ words: ["lan/native118.test.ts", "unit/config.test.ts", "charts"] });
  assert.deepEqual(names(selected), ["lan", "charts", "unit"]);
  assert.deepEqual(selected.get("lan"), [join(root, "test", "lan", "native118.test.ts")]);
  assert.deepEqual(selected.get("unit"), [join(root, "test", "unit", "config.test.ts")]);
  assert((selected.get("charts")?.length ?? 0) > 3);
  assert.throws(
    () => selectFiles({ words: ["unit", "nonsense"] }),
    /^Error: nonsense is neither a suite, a test file nor a folder with test files; suites are lan, /,
  );
  assert.throws(
    () => selectFiles({ words: ["harness/virtualLan.ts", "unit", "harness"] }),
    /^Error: harness\/virtualLan\.ts, harness are neither a suite, a test file nor a folder with test files; suites are lan, /,
  );
});

test("a folder selects all test files in it, each with its own suite", () => {
  process.env["INIT_CWD"] = root;
  const filesMatching = (pattern: string) =>
    globSync(pattern, { cwd: root })
      .map((file) => join(root, file))
      .sort();
  const checks = filesMatching("test/unit/checks/**/*.test.ts");
  assert(checks.length > 2);
  for (const folder of ["test/unit/checks", "test/unit/checks/", join(root, "test", "unit", "checks")]) {
    assert.deepEqual([...selectFiles({ words: [folder] })], [["unit", checks]]);
  }
  // A folder can have files of several suites, and a suite can be named as a folder.
  assert.deepEqual(selectFiles({ words: ["test"] }), selectFiles({ all: true }));
  assert.deepEqual(selectFiles({ words: ["test/lan", "test/charts/"] }), selectFiles({ words: ["charts", "lan"] }));
  // A file that is also in a selected folder is selected once, and the beginning of a folder's name is not enough.
  assert.deepEqual([...selectFiles({ words: ["test/unit/checks", checks[0] ?? ""] })], [["unit", checks]]);
  assert.throws(() => selectFiles({ words: ["test/unit/check"] }), /^Error: test\/unit\/check is neither a suite, a test file/);

  process.env["INIT_CWD"] = join(root, "test", "unit");
  assert.deepEqual(
    [...selectFiles({ words: ["checks/inputs"] })],
    [["unit", filesMatching("test/unit/checks/inputs/*.test.ts")]],
  );
});

test("every test file is in exactly one suite", () => {
  const selected = [...selectFiles({ all: true }).values()].flat();
  const present = globSync("test/**/*.test.ts", { cwd: root }).map((file) => join(root, file));
  assert.deepEqual(selected.toSorted(), present.toSorted());
});

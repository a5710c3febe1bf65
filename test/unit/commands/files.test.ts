import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { checkWritable, writeIfChanged, writeIfNeeded } from "../../../commands/lib/files.ts";

const folder = mkdtempSync(join(tmpdir(), "files-"));
after(() => {
  rmSync(folder, { recursive: true });
});
const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);

test("a file is written atomically with its folder, and left alone if it is up to date", () => {
  const file = join(folder, "a", "b", "plain.yaml");
  assert.equal(writeIfChanged(file, { value: "one\n", secret: false }).change, "new");
  const { mtimeMs, ino } = statSync(file);
  assert.equal(writeIfChanged(file, { value: "one\n", secret: false }).change, "unchanged");
  assert.deepEqual([statSync(file).mtimeMs, statSync(file).ino], [mtimeMs, ino]);
  assert.equal(writeIfChanged(file, { value: "two\n", secret: false }).change, "changed");
  assert.equal(readFileSync(file, "utf8"), "two\n");
  assert.deepEqual(readdirSync(join(folder, "a", "b")), ["plain.yaml"]);
});

test("a file that is not needed is not written, and reported if an earlier run left it", () => {
  const file = join(folder, "a", "pools.yaml");
  assert.deepEqual(writeIfNeeded(file, undefined, "no pools"), []);
  assert.deepEqual(readdirSync(join(folder, "a")), ["b"]);
  assert.deepEqual(writeIfNeeded(file, { value: "one\n", secret: false }, "no pools"), [{ file, change: "new" }]);
  assert.deepEqual(writeIfNeeded(file, undefined, "no pools"), [{ file, change: "left from an earlier run; no pools" }]);
  assert.equal(readFileSync(file, "utf8"), "one\n");
});

test("only its owner can read a secret file, even if everybody could read it before", () => {
  const file = join(folder, "secret.yaml");
  writeFileSync(file, "key\n", { mode: 0o644 });
  writeIfChanged(file, { value: "key\n", secret: true });
  assert.equal(mode(file), "600");
  writeIfChanged(file, { value: "other key\n", secret: true });
  assert.equal(mode(file), "600");
});

test("checkWritable leaves nothing behind, and its error says what to set", () => {
  checkWritable(join(folder, "new", "folder", "x.yaml"));
  checkWritable(join(folder, "secret.yaml"));
  assert(!readdirSync(folder).includes("new"));
  assert.throws(() => {
    checkWritable(join(folder, "secret.yaml", "x.yaml"));
  }, /x\.yaml cannot be written: .*; set OUTPUT_FILE to another path$/);
  symlinkSync(join(folder, "nowhere"), join(folder, "link"));
  assert.throws(() => {
    checkWritable(join(folder, "link", "x.yaml"));
  }, /cannot be written/);
  assert.deepEqual(readdirSync(folder).sort(), ["a", "link", "secret.yaml"]);
});

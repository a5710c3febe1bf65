import assert from "node:assert/strict";
import { test } from "node:test";
import { readManifestOptions } from "../../../commands/lib/manifestOptions.ts";

test("the options are read", () => {
  assert.deepEqual(readManifestOptions([]), { check: false, compare: undefined });
  assert.deepEqual(readManifestOptions(["--check"]), { check: true, compare: undefined });
  for (const words of [["--compare", "1.19.6"], ["--compare=1.19.6"]])
    assert.deepEqual(readManifestOptions(words), { check: false, compare: "1.19.6" });
});

test("every other word is one error that names what is allowed", () => {
  for (const words of [
    ["1.19.6"],
    ["--compar", "1.19.6"],
    ["--compare"],
    ["--compare", ""],
    ["--compare", "--check"],
    ["--check=no"],
    ["-c"],
  ])
    assert.throws(
      () => readManifestOptions(words),
      /^Error: [^\n;]*; allowed are --check, and --compare with a release or a config file, such as: npm run manifest -- --compare 1\.19\.6$/,
      words.join(" "),
    );
  assert.throws(() => readManifestOptions(["--check", "--compare", "1.19.6"]), /cannot be used together/);
});

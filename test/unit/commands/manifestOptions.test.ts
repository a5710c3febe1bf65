import assert from "node:assert/strict";
import { test } from "node:test";
import { readManifestOptions } from "../../../commands/lib/manifestOptions.ts";

test("the options are read", () => {
  const none = { check: false, compare: undefined, tool: undefined, noCache: false };
  assert.deepEqual(readManifestOptions([]), none);
  assert.deepEqual(readManifestOptions(["--check"]), { ...none, check: true });
  for (const words of [["--compare", "1.19.6"], ["--compare=1.19.6"]])
    assert.deepEqual(readManifestOptions(words), { ...none, compare: "1.19.6" });
  for (const tool of ["flux", "argocd", "helm"]) assert.deepEqual(readManifestOptions(["--for", tool]), { ...none, tool });
  assert.deepEqual(readManifestOptions(["--no-cache", "--check"]), { ...none, check: true, noCache: true });
});

test("every other word is one error that says what is allowed", () => {
  for (const words of [
    ["1.19.6"],
    ["--compar", "1.19.6"],
    ["--compare"],
    ["--compare", "--check"],
    ["--check=no"],
    ["-c"],
    ["--for"],
  ])
    assert.throws(
      () => readManifestOptions(words),
      /^Error: [^\n;]*; `npm run manifest -- --help` prints what is allowed$/,
      words.join(" "),
    );
  assert.throws(
    () => readManifestOptions(["--compare", ""]),
    /^Error: --compare: names no release and no file; write it as `npm run manifest -- --compare 1\.19\.6`$/,
  );
  assert.throws(() => readManifestOptions(["--for", "fleet"]), /^Error: --for: is "fleet"; allowed are flux, argocd, helm$/);
  for (const words of [
    ["--check", "--compare", "1.19.6"],
    ["--compare", "1.19.6", "--for", "flux"],
    ["--for", "helm", "--check"],
  ])
    assert.throws(() => readManifestOptions(words), /^Error: --\w+ and --\w+ cannot be used together; use one of them$/);
});

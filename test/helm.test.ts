import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { helm, HelmError, minimumHelm } from "../components/helm.ts";
import { tools } from "../tools/tools.mjs";

/** Runs with a PATH that holds nothing but a helm of this script, or none, and an empty cache. */
function withHelm(script: string | undefined, use: () => void): void {
  const folder = mkdtempSync(join(tmpdir(), "helm-"));
  const before = { ...process.env };
  try {
    if (script !== undefined) {
      writeFileSync(join(folder, "helm"), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, "helm"), 0o755);
    }
    Object.assign(process.env, { PATH: folder, XDG_CACHE_HOME: folder });
    use();
  } finally {
    process.env = before;
    rmSync(folder, { recursive: true });
  }
}

test("without Helm, one sentence says what to install", () => {
  withHelm(undefined, () => {
    assert.throws(() => helm(["list"]), {
      name: "InputError",
      message: /^helm: is not on PATH; install Helm 3\.19\.0 or later \(https:/,
    });
  });
});

test("a Helm that is too old is not used", () => {
  for (const version of ["v3.18.6", "v2.17.0", "nonsense"]) {
    withHelm(`echo ${version}`, () => {
      assert.throws(() => helm(["list"]), {
        name: "InputError",
        message: /^helm: .* is version .*; install Helm 3\.19\.0 or later/,
      });
    });
  }
});

test("a Helm is asked for its version once", () => {
  withHelm('[ "$1" = version ] && echo v3.19.0 && echo asked >> "$XDG_CACHE_HOME/log" || echo done', () => {
    assert.deepEqual([helm(["list"]), helm(["list"])], ["done\n", "done\n"]);
    assert.equal(readFileSync(join(process.env["XDG_CACHE_HOME"] ?? "", "log"), "utf8"), "asked\n");
  });
});

test("the words of a Helm that fails are kept", () => {
  withHelm('[ "$1" = version ] && echo v4.3.1 || { echo "Error: first" >&2; echo "second" >&2; exit 1; }', () => {
    assert.throws(() => helm(["template"]), new HelmError("first\nsecond"));
  });
});

test("the project's tools and its errors ask for the same Helm", () => {
  assert.equal(tools.helm.onPath.minimum, minimumHelm);
});

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { helm, HelmError, minimumHelm } from "../components/helm.ts";
import { tools } from "../tools/tools.mjs";

/** Runs with a PATH that holds nothing but a helm of this script, or none. */
function withHelm(script: string | undefined, use: () => void): void {
  const folder = mkdtempSync(join(tmpdir(), "helm-"));
  const path = process.env["PATH"];
  try {
    if (script !== undefined) {
      writeFileSync(join(folder, "helm"), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, "helm"), 0o755);
    }
    process.env["PATH"] = folder;
    use();
  } finally {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  }
}

test("without Helm, one sentence says what to install", () => {
  withHelm(undefined, () => {
    assert.throws(() => helm(["version"]), {
      name: "InputError",
      message: /^helm: cannot be started .*; install Helm 3\.18\.0 or later \(https:/,
    });
  });
});

test("a Helm that is too old is named as the reason when it fails", () => {
  withHelm('[ "$1" = version ] && echo v3.9.4 || { echo "Error: unknown flag" >&2; exit 1; }', () => {
    assert.throws(() => helm(["template"]), {
      name: "InputError",
      message: /^helm: is version 3\.9\.4; install Helm 3\.18\.0 or later/,
    });
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

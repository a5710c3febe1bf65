import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ensureTool, MissingToolError } from "../../../tools/tools.mjs";
import { unusableFolders } from "../../harness/unusableFolders.ts";

test("without the tool and without Go, the error says what to install", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tools-"));
  const { PATH, XDG_CACHE_HOME } = process.env;
  Object.assign(process.env, { PATH: folder, XDG_CACHE_HOME: folder });
  try {
    const lines: string[] = [];
    for (const [tool, message] of [
      [
        "helm",
        /^helm is needed: install helm 3\.19\.0 or later \(https:.*\), or Go 1\.26 or later \(https:.*\), which builds it once from source$/,
      ],
      ["pulumi", /^pulumi is needed: install pulumi 3\.259\.0 or later \(https:.*\), or Go/],
      ["yamlread", /^yamlread is needed: install Go/],
    ] as const) {
      await assert.rejects(
        ensureTool(tool, (line) => lines.push(line)),
        { message },
      );
    }
    assert.deepEqual(lines, []);
    assert(!existsSync(join(folder, "talos-cilium-cni")));
  } finally {
    process.env["PATH"] = PATH;
    if (XDG_CACHE_HOME === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = XDG_CACHE_HOME;
    rmSync(folder, { recursive: true });
  }
});

test("without a folder to build a tool in, the error says what to set", { timeout: 30_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "tools-"));
  const environment = { ...process.env };
  // A Go that would build it.
  writeFileSync(join(folder, "go"), "#!/bin/sh\n");
  chmodSync(join(folder, "go"), 0o755);
  try {
    for (const XDG_CACHE_HOME of Object.values(unusableFolders(join(folder, "unusable")))) {
      process.env = { ...environment, XDG_CACHE_HOME, PATH: folder };
      await assert.rejects(
        ensureTool("yamlread", () => undefined),
        (error: Error) =>
          error instanceof MissingToolError &&
          /^yamlread is needed, but there is no folder to build it in: .*; set XDG_CACHE_HOME to a writable folder$/.test(
            error.message,
          ),
      );
    }
  } finally {
    process.env = environment;
    rmSync(folder, { recursive: true });
  }
});

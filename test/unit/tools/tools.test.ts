import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { proxyProblem } from "../../../components/support/download.ts";
import { ensureTool, MissingToolError } from "../../../tools/tools.mjs";
import { unusableFolders } from "../../harness/unusableFolders.ts";

/** Runs without tools on PATH, and with an empty cache. */
async function withNothing(
  environment: Readonly<Record<string, string>>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tools-"));
  const before = { ...process.env };
  Object.assign(process.env, { PATH: folder, XDG_CACHE_HOME: folder }, environment);
  try {
    await work(folder);
  } finally {
    process.env = before;
    rmSync(folder, { recursive: true });
  }
}

const neededGo = "Go 1\\.26 or later \\(https:.*\\), which builds it once from source";

test("without the tool, a release of it and Go, the error says what to install", async () => {
  const arch = Object.getOwnPropertyDescriptor(process, "arch") ?? {};
  Object.defineProperty(process, "arch", { value: "riscv64" });
  try {
    await withNothing({}, async (folder) => {
      const lines: string[] = [];
      for (const [tool, installed] of [
        ["helm", "helm 3\\.19\\.0 or later \\(https:.*\\), or "],
        ["pulumi", "pulumi 3\\.259\\.0 or later \\(https:.*\\), or "],
        ["yamlread", ""],
      ] as const) {
        await assert.rejects(ensureTool(tool, { report: (line) => lines.push(line) }), {
          message: new RegExp(`^${tool} is needed: install ${installed}${neededGo}$`),
        });
      }
      assert.deepEqual(lines, []);
      assert.deepEqual(readdirSync(join(folder, "talos-cilium-cni", "tools")), []);
    });
  } finally {
    Object.defineProperty(process, "arch", arch);
  }
});

const withoutProxy = proxyProblem(process.versions.node, { https_proxy: "http://127.0.0.1:1" });

test("a release that cannot be downloaded is built from source, or is part of the error", { skip: withoutProxy }, async () => {
  await withNothing({ https_proxy: "http://127.0.0.1:1" }, async (folder) => {
    const lines: string[] = [];
    const bytes: unknown[] = [];
    const reporter = { report: (line: string) => lines.push(line), onBytes: (...progress: unknown[]) => bytes.push(progress) };
    const reason = "https:\\S+ could not be downloaded: .*ECONNREFUSED.*";
    await assert.rejects(ensureTool("helm", reporter), {
      message: new RegExp(`^helm is needed: install .*${neededGo}; its official release could not be used: ${reason}$`),
    });
    assert.match(lines.join("\n"), new RegExp(`^downloading helm 4\\.\\S+\n${reason}; building helm from source instead$`));
    assert.deepEqual(bytes, [["helm", 0, 0]]);

    // A Go that is there, and fails to build.
    writeFileSync(join(folder, "go"), '#!/bin/sh\n[ "$1" = version ] || { echo "module lookup disabled" >&2; exit 1; }\n');
    chmodSync(join(folder, "go"), 0o755);
    await assert.rejects(ensureTool("helm", reporter), {
      message:
        /^helm could not be built from source: go build .*: exit status 1\nmodule lookup disabled\ninstall helm 3\.19\.0 or later \(https:\S+\), which is used instead$/,
    });

    // A Go that would build it.
    writeFileSync(join(folder, "go"), '#!/bin/sh\nwhile [ "$1" != -o ] && [ $# -gt 0 ]; do shift; done\n: > "${2:-/dev/null}"\n');
    chmodSync(join(folder, "go"), 0o755);
    const built = (await ensureTool("helm", reporter)) ?? "";
    assert.deepEqual(readdirSync(built), ["helm"]);
    assert.equal(await ensureTool("helm", { report: (line) => assert.fail(line) }), built);
  });
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
        ensureTool("yamlread", { report: () => undefined }),
        (error: Error) =>
          error instanceof MissingToolError &&
          /^yamlread is needed, but no folder can store it: .*; set XDG_CACHE_HOME to a writable folder$/.test(error.message),
      );
    }
  } finally {
    process.env = environment;
    rmSync(folder, { recursive: true });
  }
});

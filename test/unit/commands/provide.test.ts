import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { provide, SuiteObstacle } from "../../../commands/lib/provide.ts";
import type { Suite } from "../../../commands/lib/suites.ts";
import { run, runUnchecked } from "../../../tools/childProcess.mjs";

const folder = mkdtempSync(join(tmpdir(), "provide-"));
const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});
after(() => {
  rmSync(folder, { recursive: true });
});

/** Replaces PATH with a folder that has only these commands. Each prints its own name. */
function machineWith(...commands: readonly string[]): void {
  const machine = mkdtempSync(join(folder, "machine-"));
  for (const command of commands) {
    writeFileSync(join(machine, command), `#!/bin/sh\necho ${command}\n`);
    chmodSync(join(machine, command), 0o755);
  }
  process.env["PATH"] = machine;
}
const empty: Suite = { files: "none", tools: [] };

test("a suite finds the commands that it declares, and no others of the machine", async () => {
  machineWith("git", "kubectl");
  assert.equal(run("kubectl", []), "kubectl\n");
  const env = { ...process.env, ...(await provide({ ...empty, commands: ["git"] }, mkdtempSync(join(folder, "suite-")))) };
  assert.equal(run("git", [], { env }), "git\n");
  assert.equal(run("node", ["--version"], { env }), `${process.version}\n`);
  assert.throws(
    () => runUnchecked("kubectl", [], { env }),
    /^ChildProcessError: kubectl: could not be started: there is no kubectl on PATH$/,
  );
});

test("missing commands are named with their Debian packages", async () => {
  machineWith("git");
  await assert.rejects(provide({ ...empty, commands: ["git", "lsns", "unshare", "ip"] }, join(folder, "missing")), (error) => {
    assert(error instanceof SuiteObstacle);
    assert.equal(error.message, "missing commands: lsns, unshare, ip; on Debian, install util-linux iproute2");
    assert.equal(error.isExcused, false);
    return true;
  });
});

test("without Go, the error says what needs it and where to get it", async () => {
  machineWith();
  process.env["XDG_CACHE_HOME"] = join(folder, "empty-cache");
  const suitesNeedingGo = [
    [
      { gatewayApi: ["v1.2.0"] },
      /^Go 1\.26 or later is needed to download sigs\.k8s\.io\/gateway-api@v1\.2\.0: install it \(https:\/\/go\.dev\/dl\/\)$/,
    ],
    [
      { ciliumSources: ["1.18.4"] },
      /^Go 1\.26 or later is needed to download github\.com\/cilium\/cilium@v1\.18\.4: install it \(https:/,
    ],
    [{ tools: ["yamlread"] }, /^yamlread is needed: install Go 1\.26 or later \(https:/],
  ] as const satisfies readonly (readonly [Partial<Suite>, RegExp])[];
  for (const [needs, message] of suitesNeedingGo) {
    await assert.rejects(provide({ ...empty, ...needs }, mkdtempSync(join(folder, "suite-"))), { message });
  }
});

test("the error of a failed module download has Go's own message", async () => {
  machineWith();
  const go = join(process.env["PATH"] ?? "", "go");
  // With -json, Go prints its reason on standard output and nothing on standard error.
  writeFileSync(go, `#!/bin/sh\n[ "$1" = version ] || { echo '{"Error": "dial tcp: network is unreachable"}'; exit 1; }\n`);
  chmodSync(go, 0o755);
  process.env["XDG_CACHE_HOME"] = join(folder, "empty-cache");
  await assert.rejects(provide({ ...empty, gatewayApi: ["v1.2.0"] }, join(folder, "offline")), {
    message: "sigs.k8s.io/gateway-api@v1.2.0 could not be downloaded: dial tcp: network is unreachable",
  });
});

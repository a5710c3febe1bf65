import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { installConsumers, RegistryUnreachable } from "../../../commands/lib/consumers.ts";

const folder = mkdtempSync(join(tmpdir(), "consumers-"));
const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});
after(() => {
  rmSync(folder, { recursive: true });
});

/** Replaces PATH with a folder whose npm packs an archive and runs this script to install it. */
function npmThat(install: string): void {
  const programs = mkdtempSync(join(folder, "programs-"));
  const pack = `printf '> prepack\\n[\\n {"filename": "packed.tgz"}\\n]\\n'; exit`;
  writeFileSync(join(programs, "npm"), `#!/bin/sh\n[ "$1" != pack ] || { ${pack}; }\n${install}\n`);
  chmodSync(join(programs, "npm"), 0o755);
  process.env["PATH"] = programs;
}

test("npm installs the archive into copies of the projects, with messages and without the scripts of other packages", async () => {
  npmThat(`echo "$@ $npm_config_loglevel $npm_config_ignore_scripts" > installed`);
  process.env["npm_config_loglevel"] = "silent";
  const copies = mkdtempSync(join(folder, "copies-"));
  const consumers = await installConsumers(["commonjs", "esm"], copies);
  const archive = join(copies, "packed.tgz");
  for (const name of ["commonjs", "esm"] as const) {
    assert.deepEqual(consumers[name], { folder: join(copies, name), archive });
    assert(existsSync(join(copies, name, "Pulumi.yaml")));
    assert.equal(readFileSync(join(copies, name, "installed"), "utf8"), `install ${archive} error true\n`);
  }
  assert.deepEqual(await installConsumers([], join(folder, "none")), {});
  assert(!existsSync(join(folder, "none")));
});

test("an unreachable registry is distinguished from other errors, and both have npm's own message", async () => {
  for (const [message, isUnreachable] of [
    ["npm error code ENOTFOUND", true],
    ["npm error code ECONNREFUSED", true],
    ["npm error code ENOTCACHED", true],
    ["npm error code ERESOLVE", false],
  ] as const) {
    npmThat(`echo ${message} >&2; exit 1`);
    await assert.rejects(installConsumers(["esm"], mkdtempSync(join(folder, "copies-"))), (error) => {
      assert(error instanceof Error);
      assert(error.message.endsWith(`exit status 1\n${message}`), error.message);
      assert.equal(error instanceof RegistryUnreachable, isUnreachable);
      return true;
    });
  }
});

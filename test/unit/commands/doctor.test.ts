import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { doctorUsage, runDoctor } from "../../../commands/lib/doctor.ts";

const start = (...args: string[]) => runDoctor({ args, name: "npx x doctor", folder: import.meta.dirname }, { colors: false });

test("the help names the command as the user started it, and reads no cluster", async () => {
  for (const option of ["--help", "-h"])
    assert.deepEqual(await start(option), { status: 0, output: doctorUsage("npx x doctor"), error: "" });
  assert.match(doctorUsage("npx x doctor"), /^usage: npx x doctor \[/);
});

test("a command that is wrong, or a cluster that cannot be read, ends with status 2 and says why", async () => {
  for (const [args, message] of [
    [["--unknown"], /^error: unknown option '--unknown'; `npx x doctor --help` prints what is allowed\n$/],
    [["a", "b"], /^error: name one Service, not 2: `npx x doctor default\/web`\n$/],
    [["--kubeconfig", "missing"], /^error: the kubeconfig \S+commands\/missing cannot be read: ENOENT/],
    [["--kubeconfig", "doctor.test.ts"], /^error: the kubeconfig \S+doctor\.test\.ts cannot be read: [^\n]+\n$/],
  ] as const) {
    const { status, output, error } = await start(...args);
    assert.equal(status, 2);
    assert.equal(output, "");
    assert.match(error, message);
  }
});

test("a manifest that cannot be read is an error with its name, whatever the reason", async () => {
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  const kubeconfig = join(folder, "kubeconfig");
  const cluster = { name: "a", cluster: { server: "http://127.0.0.1:1" } };
  writeFileSync(
    kubeconfig,
    JSON.stringify({ clusters: [cluster], contexts: [{ name: "a", context: { cluster: "a" } }], "current-context": "a" }),
  );
  writeFileSync(join(folder, "broken.yaml"), "a: [");
  try {
    for (const [file, reason] of [
      ["missing.yaml", "ENOENT"],
      [".", "EISDIR"],
      ["broken.yaml", ""],
    ] as const) {
      const { status, error } = await start("--kubeconfig", kubeconfig, "--manifest", join(folder, file));
      assert.equal(status, 2);
      assert.match(
        error,
        new RegExp(
          `^error: --manifest: ${join(folder, file)} cannot be read: ${reason}[^\n]+; name a file with the exported manifest\n$`,
        ),
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

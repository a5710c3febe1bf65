import assert from "node:assert/strict";
import { test } from "node:test";
import { doctorUsage, runDoctor } from "../../../commands/lib/doctor.ts";

const start = (...args: string[]) => runDoctor({ args, name: "npx x doctor", folder: import.meta.dirname }, false);

test("the help names the command as the user started it, and reads no cluster", async () => {
  for (const option of ["--help", "-h"])
    assert.deepEqual(await start(option), { status: 0, output: doctorUsage("npx x doctor"), error: "" });
  assert.match(doctorUsage("npx x doctor"), /^usage: npx x doctor \[/);
});

test("a command that is wrong, or a cluster that cannot be read, ends with status 2 and says why", async () => {
  for (const [args, message] of [
    [["--unknown"], /^error: Unknown option '--unknown'[^]*\n\nusage: npx x doctor/],
    [["a", "b"], /^error: name one Service, not 2\n$/],
    [["--kubeconfig", "missing"], /^error: the kubeconfig cannot be read: ENOENT.*commands\/missing/],
    [["--kubeconfig", "doctor.test.ts"], /^error: the kubeconfig cannot be read: /],
  ] as const) {
    const { status, output, error } = await start(...args);
    assert.equal(status, 2);
    assert.equal(output, "");
    assert.match(error, message);
  }
});

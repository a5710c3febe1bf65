// Runs the commands of the README and the pages as printed. test/package/readme.test.ts and test/plugins/pagePulumiCommands.test.ts run those with
// pulumi in them.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Clone } from "../../commands/lib/clone.ts";
import { codeBlocks } from "../harness/codeBlocks.ts";

let clone: Clone;
before(() => {
  clone = new Clone();
});
after(() => {
  clone.remove();
});

test("the README's commands without pulumi write the manifests", { timeout: 120_000 }, async () => {
  const blocks = codeBlocks("README.md", "bash").filter((block) => !block.includes("pulumi "));
  assert.deepEqual(blocks, ["npm run manifest\nnpm test\n"]);
  assert.deepEqual(codeBlocks("docs/getting-started/manifest.md", "bash").slice(0, 1), blocks);
  // Other suites run the second command, npm test.
  await clone.run("npm", ["run", "manifest"]);
  for (const file of ["cilium-cni-1.18.4.yaml", "cilium-lb-1.18.4.yaml"])
    assert(existsSync(join(clone.folder, "manifests", file)), file);
});

test("without a kubeconfig, the doctor's command on the page says what to do", { timeout: 120_000 }, async () => {
  assert.deepEqual(codeBlocks("docs/service-to-lan.md", "bash"), ["npm run doctor\n"]);
  // There is no cluster here. The suites cluster and lan have ones for the doctor.
  const doctor = await clone.runUnchecked("npm", ["run", "--silent", "doctor"], { HOME: clone.folder, KUBECONFIG: "" });
  assert.equal(doctor.status, 2);
  assert.match(doctor.printed, /^error: no kubeconfig was found; name one with --kubeconfig or in KUBECONFIG /m);
});

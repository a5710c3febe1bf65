// Runs the commands and programs of the README as printed. test/plugins/readmePulumiCommands.test.ts runs the blocks with pulumi in them.
import assert from "node:assert/strict";
import { existsSync, globSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { Clone } from "../../commands/lib/clone.ts";
import { root } from "../../commands/lib/root.ts";
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
  assert.deepEqual(blocks, ["npm run manifest\nnpm test\n", "npm run doctor\n"]);
  // There is no cluster here. The suites cluster and lan have ones for the doctor.
  const doctor = await clone.runUnchecked("npm", ["run", "--silent", "doctor"], { HOME: clone.folder, KUBECONFIG: "" });
  assert.equal(doctor.status, 2);
  assert.match(doctor.printed, /^error: there is no kubeconfig; name one with --kubeconfig or in KUBECONFIG /m);
  // The second command is what runs this test.
  await clone.run("npm", ["run", "manifest"]);
  for (const file of ["cilium-cni-1.18.4.yaml", "cilium-lb-1.18.4.yaml"])
    assert(existsSync(join(clone.folder, "manifests", file)), file);
});

test("the commands of examples/gitops write the files, and fail when a file is out of date", { timeout: 120_000 }, async () => {
  const blocks = codeBlocks("examples/gitops/README.md", "bash");
  const commands = blocks.join("");
  await clone.run("bash", ["-euc", commands]);
  const file = join(dirname(clone.folder), "homelab", "clusters", "home", "cilium.yaml");
  assert(existsSync(file));
  writeFileSync(file, "");
  const check = blocks.join("").replace("npm run manifest\n", "");
  await assert.rejects(
    clone.run("bash", ["-euc", check]),
    /cilium\.yaml is out of date:\n(?: {2}\+ .*\n)*? {2}\+ DaemonSet kube-system\/cilium\n/,
  );
});

test("the programs of the README and of the pages with whole programs compile", { timeout: 120_000 }, async () => {
  const pages = ["README.md", "docs/config.md", "docs/hand-off.md", ...globSync("docs/getting-started/*.md", { cwd: root })];
  const blocks = pages.map((page) => codeBlocks(page, "ts"));
  const files = blocks.flat().map((block, index) => {
    const file = `readme${index}.ts`;
    writeFileSync(join(clone.folder, file), block);
    return file;
  });
  assert(files.length >= 5);
  const paths = { "talos-cilium-cni": ["./components/index.ts"] };
  const extended = { extends: "./tsconfig.json", include: files, compilerOptions: { noUnusedLocals: false, paths } };
  writeFileSync(join(clone.folder, "tsconfig.readme.json"), JSON.stringify(extended));
  await clone.run(join("node_modules", ".bin", "tsc"), ["--project", "tsconfig.readme.json"]);
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { devConfig } from "../../../commands/lib/stack.ts";
import { checkInputs } from "../../../components/checks/inputs.ts";
import { problemLines } from "../../../components/support/problems.ts";
import { devStack } from "../../fixtures/devStack.ts";

test("a config file is read as the program reads it from the stack", () => {
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  const read = (content: string, leaveOut?: () => void) => {
    writeFileSync(join(folder, "Pulumi.dev.yaml"), content);
    return devConfig(join(folder, "Pulumi.dev.yaml"), leaveOut);
  };
  try {
    for (const empty of ["", "# nothing\n", "config:\n", "encryptionsalt: v1:abc\n"]) assert.deepEqual(read(empty), {});
    assert.deepEqual(
      read(
        "config:\n  kubernetes:context: a@b\n  homelab-talos-cni:podCidr: 10.42.0.0/16\n  namespace: cilium\n  serviceCidr:\n",
      ),
      { podCidr: "10.42.0.0/16", namespace: "cilium" },
    );
    const misplaced = read(
      "config:\n  talos-cilium-cni:podCidr: 10.42.0.0/16\n  talos-cilium:values:\n    a:\n      secure: v1:x\n",
    );
    assert.deepEqual(
      problemLines(checkInputs(misplaced).errors).map((line) => line.replace(/ is not read.*rename it to (\S+) .*/, " $1")),
      ["talos-cilium-cni:podCidr: homelab-talos-cni:podCidr", "talos-cilium:values: homelab-talos-cni:values"],
    );
    // The file may contain secrets, so the error does not quote it.
    assert.throws(
      () => read("config:\n  a: b: not-for-others\n"),
      /^Error: \S+Pulumi\.dev\.yaml is not valid YAML: [A-Z][^\n]* at line 2, column 6; `git show HEAD:Pulumi\.dev\.yaml` prints a valid config file$/,
    );
    for (const content of ["not-for-others\n", "config: not-for-others\n", "config: [not-for-others]\n"]) {
      assert.throws(
        () => read(content),
        /^Error: \S+Pulumi\.dev\.yaml: config has no keys such as homelab-talos-cni:ciliumVersion below it; `git show [^`]*` prints [^;]*$/,
      );
    }
    assert.throws(
      () => devConfig(join(folder, "missing.yaml")),
      /^Error: \S+missing\.yaml does not exist; bring it back with `git checkout -- \S+missing\.yaml`$/,
    );
    assert.throws(
      () => read("config:\n  homelab-talos-cni:values:\n    a:\n      secure: v1:x\n"),
      /^Error: homelab-talos-cni:values is encrypted/,
    );
    const encrypted =
      "config:\n  homelab-talos-cni:podCidr: 10.42.0.0/16\n  homelab-talos-cni:secretValues:\n    a:\n      secure: v1:x\n";
    assert.throws(() => read(encrypted), /^Error: homelab-talos-cni:secretValues is encrypted/);
    let count = 0;
    assert.deepEqual(
      read(encrypted, () => (count += 1)),
      { podCidr: "10.42.0.0/16" },
    );
    assert.equal(count, 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("Pulumi.dev.yaml has the inputs of the fixture devStack, and the release of the old script", () => {
  assert.deepEqual(devConfig(), { ciliumVersion: "1.18.4", ...devStack });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { syncCommand } from "../../../components/talos/syncCommand.ts";

test("the command is a dry run and then the sync, to exactly the running version", () => {
  for (const version of ["1.33.2", "v1.33.2"]) {
    assert.equal(
      syncCommand(version, "10.0.0.1"),
      "talosctl --nodes 10.0.0.1 upgrade-k8s --to 1.33.2 --dry-run\ntalosctl --nodes 10.0.0.1 upgrade-k8s --to 1.33.2\n",
    );
  }
});

test("a version that is not exact is left to the user, because another one would upgrade Kubernetes", () => {
  for (const version of [undefined, "", "1.33", "v1.33", "latest"]) {
    const lines = syncCommand(version, "10.0.0.1").trimEnd().split("\n");
    for (const line of lines) assert.match(line, / --to <the Kubernetes version that runs>( --dry-run)?$/);
  }
});

test("without a known node, the control plane is left to the user", () => {
  const lines = syncCommand("1.33.2", undefined).trimEnd().split("\n");
  for (const line of lines) assert.match(line, /^talosctl --nodes <a control plane> upgrade-k8s --to 1\.33\.2/);
});

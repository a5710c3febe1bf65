import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../../commands/lib/root.ts";
import { validate } from "../../../components/checks/validate.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { describeProblems } from "../../../components/support/problems.ts";
import { chartArgs } from "../../harness/charts.ts";

test("the page on the differences shows the errors as the checks report them", () => {
  const page = readFileSync(join(root, "docs", "why.md"), "utf8");
  const [, sample = ""] = /^error: (\d inputs cannot work:\n[^`]*)```/m.exec(page) ?? [];
  // Long lines continue with an indent of four.
  const errors = sample.replaceAll("\n    ", " ").trimEnd();
  const inputs = {
    ...chartArgs(),
    lan: { nodes: ["192.168.1.10"] },
    loadBalancer: {
      ipPools: [{ name: "a", blocks: [{ cidr: "192.168.1.0/28" }] }],
      l2Policies: [{ name: "a", loadBalancerClass: "io.cilium/l2-announcer" }],
    },
    values: { bpf: { masquerade: true }, cgroup: { automount: false } },
  };
  assert.equal(errors, describeProblems(validate(inputs as TalosCiliumCniArgs).errors));
});

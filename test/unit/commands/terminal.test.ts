import assert from "node:assert/strict";
import { test } from "node:test";
import { describeTransfer } from "../../../commands/lib/terminal.ts";

test("the progress of a download has a bar of the same width, or only the bytes if the server does not tell how many there are", () => {
  for (const [received, total, description] of [
    [0, 18_000_000, "helm ░░░░░░░░░░░░ 0 of 18 MB"],
    [8_999_999, 18_000_000, "helm █████░░░░░░░ 9 of 18 MB"],
    [17_999_999, 18_000_000, "helm ███████████░ 18 of 18 MB"],
    [18_000_000, 18_000_000, "helm ████████████ 18 of 18 MB"],
    [12_345_678, NaN, "helm 12 MB"],
  ] as const)
    assert.equal(describeTransfer("helm", received, total), description);
});

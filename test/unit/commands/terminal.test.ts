import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { describeTransfer, outputWidth, twoColumns } from "../../../commands/lib/terminal.ts";

const { COLUMNS } = process.env;
afterEach(() => {
  if (COLUMNS === undefined) delete process.env["COLUMNS"];
  else process.env["COLUMNS"] = COLUMNS;
});

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

test("lines are as wide as the terminal, but not wider than can be read, unless COLUMNS says so", () => {
  delete process.env["COLUMNS"];
  for (const [columns, width] of [
    [80, 80],
    [300, 120],
    [20, 60],
  ] as const)
    assert.equal(outputWidth({ columns }), width);
  assert.equal(outputWidth({}), 120);
  process.env["COLUMNS"] = "10000";
  assert.equal(outputWidth({ columns: 80 }), 10_000);
  process.env["COLUMNS"] = "";
  assert.equal(outputWidth({ columns: 80 }), 80);
});

test("a name stands before the first of its lines", () => {
  assert.deepEqual(twoColumns("files", ["one", "two"]), ["files     one", "          two"]);
});

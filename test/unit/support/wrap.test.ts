import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { wrap } from "../../../components/support/wrap.ts";

test("a long line is broken at blanks, and a short one stays", () => {
  assert.deepEqual(wrap("one two three", 2, 13), ["one two three"]);
  assert.deepEqual(wrap("one two three four", 2, 9), ["one two", "  three", "  four"]);
  assert.deepEqual(wrap("a  b   c", 2, 7), ["a  b", "  c"]);
  assert.deepEqual(wrap("  input: one two", 4, 12), ["  input: one", "    two"]);
  assert.deepEqual(wrap("a https://example.com/a/long/address b", 2, 10), ["a", "  https://example.com/a/long/address", "  b"]);
});

test("a command in backticks, or after `run: `, stays in one piece, so that it can be copied", () => {
  assert.deepEqual(wrap("now run `npm run manifest -- --check`, then wait", 2, 12), [
    "now run",
    "  `npm run manifest -- --check`,",
    "  then wait",
  ]);
  assert.deepEqual(wrap("it needs a label; run: kubectl label namespace spire a=b", 2, 12), [
    "it needs a",
    "  label;",
    "  run:",
    "  kubectl label namespace spire a=b",
  ]);
});

test("no text is lost by breaking it", () => {
  const words = fc.array(fc.stringMatching(/^[a-z`:]{1,12}$/), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 40 }), (list, width) => {
      const text = list.join(" ");
      assert.equal(wrap(text, 2, width).join(" ").replaceAll(/ +/g, " "), text);
    }),
  );
});

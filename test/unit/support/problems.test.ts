import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describeProblems,
  inputAt,
  InputError,
  isWithin,
  problem,
  problemLines,
  quote,
  refuse,
  topLevelKey,
} from "../../../components/support/problems.ts";

test("the path of an input is written as in TypeScript", () => {
  assert.equal(inputAt(["loadBalancer", "ipPools", 0, "blocks", 12]), "loadBalancer.ipPools[0].blocks[12]");
  assert.equal(inputAt(["values", "0"]), "values.0");
  assert.equal(inputAt(["podCidr"]), "podCidr");
  assert.equal(inputAt([]), "");
});

test("the top-level input of a path is its first name", () => {
  for (const input of ["lan", "lan.nodes", "lan.nodes[0]", "lan[0].nodes"]) assert.equal(topLevelKey({ input }), "lan");
});

test("an input is within itself and its parents, but not within one whose name begins the same", () => {
  for (const outer of ["talos", "talos.workers", "talos.workers[1]", "talos.workers[1].node"]) {
    assert(isWithin("talos.workers[1].node", outer), outer);
  }
  for (const [input, outer] of [
    ["talosVersion", "talos"],
    ["talos", "talos.workers"],
    ["talos.workers[10]", "talos.workers[1]"],
    ["values.l2", "l2"],
  ] as const) {
    assert(!isWithin(input, outer), `${input} ${outer}`);
  }
});

test("one problem is one line, several get a headline", () => {
  assert.equal(describeProblems([problem("podCidr", "is wrong")]), "podCidr: is wrong");
  assert.equal(
    describeProblems([problem("podCidr", "is wrong"), problem("lan", "is missing")]),
    "2 inputs cannot work:\n  lan: is missing\n  podCidr: is wrong",
  );
});

test("problems are sorted by input and then by message, with [2] before [10]", () => {
  const lines = problemLines([
    problem("b", "x"),
    problem("a[10]", "x"),
    problem("a[2]", "y"),
    problem("a[2]", "x"),
    problem("a", "z"),
  ]);
  assert.deepEqual(lines, ["a: z", "a[2]: x", "a[2]: y", "a[10]: x", "b: x"]);
});

test("an InputError has every problem once, in order, and its cause", () => {
  const cause = new Error("the reason");
  const problems = [problem("b", "is wrong"), problem("a", "is wrong"), problem("b", "is wrong"), problem("b", "is also odd")];
  const error = new InputError(problems, { cause });
  assert.deepEqual(error.problems, [problem("a", "is wrong"), problem("b", "is also odd"), problem("b", "is wrong")]);
  assert.equal(error.message, "3 inputs cannot work:\n  a: is wrong\n  b: is also odd\n  b: is wrong");
  assert.deepEqual([error.name, error.cause], ["InputError", cause]);
  assert.equal(problems.length, 4);
});

test("refuse throws one problem of the kind invalid", () => {
  assert.throws(
    () => refuse("helm", "is not on PATH"),
    (error) => {
      assert(error instanceof InputError);
      assert.deepEqual(error.problems, [{ input: "helm", message: "is not on PATH", kind: "invalid" }]);
      return true;
    },
  );
});

test("a value is quoted as JSON, and a value that JSON does not have by its type", () => {
  for (const [value, expected] of [
    ["a", '"a"'],
    ["", '""'],
    ["a\nb", '"a\\nb"'],
    [1.5, "1.5"],
    [null, "null"],
    [[], "[]"],
    [{ a: [1] }, '{"a":[1]}'],
    [10n, "10n"],
    [undefined, "undefined"],
    [() => 1, "function"],
    [Symbol("a"), "symbol"],
  ] as const) {
    assert.equal(quote(value), expected);
  }
});

test("a quote has at most 60 characters", () => {
  assert.equal(quote("x".repeat(58)), `"${"x".repeat(58)}"`);
  assert.equal(quote("x".repeat(59)), `"${"x".repeat(56)}...`);
  assert.equal(quote(Array.from({ length: 1000 }, () => 1)).length, 60);
});

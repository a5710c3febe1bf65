import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkInputs } from "../../../../components/checks/inputs.ts";
import { run } from "../../../../tools/childProcess.mjs";

const accepts = (expression: string): boolean =>
  checkInputs({ loadBalancer: { l2Policies: [{ name: "a", interfaces: [expression] }] } }).errors.length === 0;

test("the interface patterns that are accepted are those that Go takes", () => {
  const pieces = [
    "eth",
    "[0-9]",
    "+",
    "*",
    "?",
    "{2}",
    "{2,1}",
    "{1001}",
    "(",
    ")",
    "(?:",
    "(?=",
    "(?i)",
    "(?P<n>",
    "[",
    "]",
    "[^",
    "\\d",
    "\\Q",
    "\\E",
  ];
  const more = [
    "\\pN",
    "\\p{Greek}",
    "\\p{None}",
    "[[:alpha:]]",
    "[[:no:]]",
    "\\1",
    "\\b",
    "\\z",
    "\\Z",
    "|",
    "^",
    "$",
    ".",
    "-",
    "\\",
  ];
  const expression = fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 6 }).map((parts) => parts.join(""));
  const expressions = fc.sample(expression, { numRuns: 2000, seed: 1 });
  const answers = JSON.parse(run("goregexp", [], { input: JSON.stringify(expressions) })) as readonly string[];
  assert(answers.filter((answer) => answer === "").length > 500);
  for (const [index, expression] of expressions.entries())
    assert.equal(accepts(expression), answers[index] === "", `${expression}: ${answers[index] ?? ""}`);
});

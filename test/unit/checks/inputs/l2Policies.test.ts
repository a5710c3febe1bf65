import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkInputs } from "../../../../components/checks/inputs.ts";
import { l2PolicyChecks } from "../../../../components/checks/inputs/l2Policies.ts";
import { policy } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { askGo } from "../../../harness/goRegexp.ts";

testExamples(l2PolicyChecks, {
  "a policy that announces nothing": [
    [
      policy({ loadBalancerIPs: false }),
      /^loadBalancer\.l2Policies\[0\]: announces nothing, because loadBalancerIPs and externalIPs are both false/,
    ],
  ],
  "an interface pattern that Go refuses": [
    [
      policy({ interfaces: ["^en", "eth(?=0)"] }),
      /^loadBalancer\.l2Policies\[0\]\.interfaces\[1\]: "eth\(\?=0\)" is not a valid Go regular expression: invalid or unsupported Perl syntax/,
    ],
  ],
});

const accepts = (pattern: string): boolean =>
  checkInputs({ loadBalancer: { l2Policies: [{ name: "a", interfaces: [pattern] }] } }).errors.length === 0;

/** Pieces from which patterns are put together at random. */
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

test("an interface pattern is accepted if, and only if, Go compiles it", () => {
  const pattern = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join(""));
  const patterns = fc.sample(pattern, { numRuns: 2000, seed: 1 });
  const errors = askGo(patterns).map(({ error }) => error);
  assert(errors.filter((error) => error === "").length > 500);
  for (const [index, text] of patterns.entries())
    assert.equal(accepts(text), errors[index] === "", `${text}: ${errors[index] ?? ""}`);
});

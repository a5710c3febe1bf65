import assert from "node:assert/strict";
import { test } from "node:test";
import { examine } from "../../components/doctor/examine.ts";
import type { Facts } from "../../components/doctor/facts.ts";
import type { Rule } from "../../components/doctor/rule.ts";

/** Facts in which a rule finds something, and its first problem. */
export type RuleExample = readonly [facts: Facts, problem: RegExp];

/** Examples by the id of their rule. Each rule has at least one. */
export type RuleExamples = Readonly<Record<string, readonly [RuleExample, ...RuleExample[]]>>;

/** Registers the tests of the rules of one file: of all rules, the one that an example belongs to is the only one that finds something. */
export function testRules<Subject>(rules: readonly Rule<Subject>[], examples: RuleExamples): void {
  test("every rule of this file has an example, and every example belongs to one of its rules", () => {
    assert.deepEqual(Object.keys(examples).toSorted(), rules.map(({ id }) => id).toSorted());
  });

  for (const [rule, ofRule] of Object.entries(examples)) {
    for (const [index, [facts, problem]] of ofRule.entries()) {
      test(`${rule}, example ${index + 1}`, () => {
        const { findings } = examine(facts);
        assert.deepEqual([...new Set(findings.map((each) => each.rule))], [rule], JSON.stringify(findings, null, 2));
        assert.match(findings[0]?.problem ?? "", problem);
        assert.notEqual(findings[0]?.remedy ?? "", "");
      });
    }
  }
}

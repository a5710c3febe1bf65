import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { areDisjoint, implies, matchesLabels, matchesNothing } from "../../../components/inputs/labelSelection.ts";
import type { LabelSelector, LabelSelectorRequirement } from "../../../components/inputs/loadBalancerArgs.ts";

type Labels = Readonly<Record<string, string>>;

/** Whether an object with these labels matches, by the rules of Kubernetes. */
function matches({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  const isMet = ({ key, operator, values = [] }: LabelSelectorRequirement) => {
    const value = labels[key];
    if (operator === "Exists") return value !== undefined;
    if (operator === "DoesNotExist") return value === undefined;
    if (operator === "In") return value !== undefined && values.includes(value);
    return value === undefined || !values.includes(value);
  };
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value) && matchExpressions.every(isMet);
}

// "c" stands for every value that no selector names.
const values = ["a", "b", "c"];
const allLabels: readonly Labels[] = [undefined, ...values].flatMap((x) =>
  [undefined, ...values].map((y) => ({ ...(x !== undefined && { x }), ...(y !== undefined && { y }) })),
);
const key = fc.constantFrom("x", "y");
const list = fc.uniqueArray(fc.constantFrom("a", "b"), { minLength: 1 });
const requirement: fc.Arbitrary<LabelSelectorRequirement> = fc.oneof(
  fc.record({ key, operator: fc.constantFrom("In" as const, "NotIn" as const), values: list }),
  fc.record({ key, operator: fc.constantFrom("Exists" as const, "DoesNotExist" as const) }),
);
const selector: fc.Arbitrary<LabelSelector> = fc.record(
  {
    matchLabels: fc.dictionary(key, fc.constantFrom("a", "b"), { maxKeys: 2 }),
    matchExpressions: fc.array(requirement, { maxLength: 4 }),
  },
  { requiredKeys: [] },
);

test("a selector matches nothing if and only if no labels match it", () => {
  const results = new Set<boolean>();
  fc.assert(
    fc.property(selector, (each) => {
      const isMatched = allLabels.some((labels) => matches(each, labels));
      results.add(isMatched);
      assert.equal(matchesNothing(each), !isMatched);
    }),
    { numRuns: 2000 },
  );
  assert.equal(results.size, 2);
});

test("an object matches a selector by the rules of Kubernetes, and without a selector in any case", () => {
  const results = new Set<boolean>();
  fc.assert(
    fc.property(selector, fc.constantFrom(...allLabels), (each, labels) => {
      results.add(matchesLabels(each, labels));
      assert.equal(matchesLabels(each, labels), matches(each, labels));
    }),
    { numRuns: 2000 },
  );
  assert.equal(results.size, 2);
  assert.equal(matchesLabels(undefined, {}), true);
});

test("two selectors are disjoint if and only if no labels match both", () => {
  fc.assert(
    fc.property(selector, selector, (one, other) => {
      const isShared = allLabels.some((labels) => matches(one, labels) && matches(other, labels));
      assert.equal(areDisjoint(one, other), !isShared);
    }),
    { numRuns: 2000 },
  );
});

test("a selector implies another one if and only if no labels match it alone", () => {
  const results = new Set<boolean>();
  fc.assert(
    fc.property(selector, selector, (one, other) => {
      const isAlone = allLabels.some((labels) => matches(one, labels) && !matches(other, labels));
      results.add(isAlone);
      assert.equal(implies(one, other), !isAlone);
    }),
    { numRuns: 2000 },
  );
  assert.equal(results.size, 2);
});

test("without a selector everything matches", () => {
  assert.equal(matchesNothing(undefined), false);
  assert.equal(areDisjoint(undefined, { matchLabels: { x: "a" } }), false);
  assert.equal(implies({ matchLabels: { x: "a" } }, undefined), true);
  assert.equal(implies(undefined, { matchLabels: { x: "a" } }), false);
});

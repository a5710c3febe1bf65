import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { merge } from "../../../components/support/merge.ts";

const plain = fc.dictionary(
  fc.string(),
  fc.jsonValue().map((value) => value as unknown),
  { noNullPrototype: true },
);

test("maps are merged deeply, and the second side wins", () => {
  assert.deepEqual(merge({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] }, e: null }), { a: { b: 1, c: [3] }, d: 1, e: null });
});

test("a list replaces the whole list, and null stays, because it makes Helm remove the key", () => {
  assert.deepEqual(merge({ list: ["a", "b"], map: { x: 1 } }, { list: [], map: null }), { list: [], map: null });
});

test("undefined counts as absent", () => {
  assert.deepEqual(merge({ a: 1, b: { c: 2 } }, { a: undefined, b: { c: undefined } }), { a: 1, b: { c: 2 } });
});

test("every key of the second side has the value of the second side", () => {
  fc.assert(
    fc.property(plain, plain, (base, over) => {
      const merged: Record<string, unknown> = merge(base, over);
      for (const [key, value] of Object.entries(over)) {
        const bothMaps = [base[key], value].every((side) => typeof side === "object" && side !== null && !Array.isArray(side));
        if (!bothMaps) assert.deepEqual(merged[key], value);
      }
      for (const key of Object.keys(base)) if (!Object.hasOwn(over, key)) assert.deepEqual(merged[key], base[key]);
      assert.deepEqual(new Set(Object.keys(merged)), new Set([...Object.keys(base), ...Object.keys(over)]));
    }),
  );
});

test("merging with an empty map, or with the same values, changes nothing", () => {
  fc.assert(
    fc.property(plain, (value) => {
      assert.deepEqual(merge(value, {}), value);
      assert.deepEqual(merge({}, value), value);
      assert.deepEqual(merge(value, value), value);
    }),
  );
});

test("a key named __proto__ is a key like any other", () => {
  const hostile = JSON.parse('{"__proto__": {"polluted": true}}') as object;
  assert(Object.hasOwn(merge({}, hostile), "__proto__"));
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

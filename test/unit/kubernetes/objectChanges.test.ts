import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { changedObjects, type FieldChange, fieldChanges, signOf } from "../../../components/kubernetes/objectChanges.ts";

const described = (changes: readonly FieldChange[]) =>
  changes.map((change) => `${signOf(change)} ${change.path} ${JSON.stringify([change.before, change.after])}`);
const describe = (before: unknown, after: unknown) => described(fieldChanges(before, after));

test("objects are compared by kind and name, and new ones come last", () => {
  const object = (kind: string, name: string, data = "1") => ({ apiVersion: "v1", kind, metadata: { name }, data });
  const before = [object("ConfigMap", "a"), object("Secret", "a"), object("ConfigMap", "b")];
  const after = [object("ConfigMap", "c"), object("ConfigMap", "b"), object("ConfigMap", "a", "2")];
  assert.deepEqual(
    changedObjects(before, after).map((change) => `${signOf(change)} ${change.name}`),
    ["~ ConfigMap a", "- Secret a", "+ ConfigMap c"],
  );
  assert.deepEqual(changedObjects(before, before.toReversed()), []);
});

test("each field that is new, gone or different has its path", () => {
  assert.deepEqual(
    describe(
      { spec: { a: 1, b: { c: "x" }, gone: false, same: [{ x: 1 }] }, "a/b": "1" },
      { spec: { a: 2, b: { c: 1 }, same: [{ x: 1 }], new: {} }, "a/b": "2" },
    ),
    ["~ spec.a [1,2]", '~ spec.b.c ["x",1]', "- spec.gone [false,null]", "+ spec.new [null,{}]", '~ ["a/b"] ["1","2"]'],
  );
});

test("elements with names are compared by name, and their order counts", () => {
  const before = { env: [{ name: "a", value: "1" }, { name: "b", value: "1" }, { name: "old one" }] };
  const after = { env: [{ name: "new" }, { name: "b", value: "2" }, { name: "a", value: "1" }] };
  assert.deepEqual(describe(before, after), [
    '~ env[b].value ["1","2"]',
    '- env["old one"] [{"name":"old one"},null]',
    '+ env[new] [null,{"name":"new"}]',
    '~ env (order) ["a, b","b, a"]',
  ]);
  const mount = (name: string, mountPath: string, readOnly = false) => ({ name, mountPath, readOnly });
  assert.deepEqual(describe([mount("x", "/a"), mount("x", "/b")], [mount("x", "/a"), mount("x", "/b", true)]), [
    "~ [/b].readOnly [false,true]",
  ]);
});

test("an element without a name that is new or gone does not change the others", () => {
  const rule = (...resources: string[]) => ({ apiGroups: [""], resources });
  assert.deepEqual(describe([rule("a"), rule("b"), rule("c", "d")], [rule("a"), rule("x"), rule("b"), rule("c", "e")]), [
    `+ [1] ${JSON.stringify([null, rule("x")])}`,
    '~ [3].resources[1] ["d","e"]',
  ]);
  assert.deepEqual(describe(["a", "b", "c"], ["c"]), ['- [0] ["a",null]', '- [1] ["b",null]']);
});

test("JSON in a text is data, and other text is compared line by line", () => {
  assert.deepEqual(describe({ config: '{"a":{"b":1},"c":2}\n' }, { config: '{"c":2,"a":{"b":3}}' }), ["~ config.a.b [1,3]"]);
  assert.deepEqual(describe({ script: "one\ntwo\nthree\n" }, { script: "one\n2\nthree\nfour\n" }), [
    '~ script (line 2) ["two","2"]',
    '+ script (line 4) [null,"four"]',
  ]);
  assert.deepEqual(describe("{ no json", "{ none"), ['~  ["{ no json","{ none"]']);
  // The same data as different text is a difference too.
  assert.equal(fieldChanges('{"a":1}', '{"a": 1}').length, 1);
});

test("a member that is null is like a missing one", () => {
  assert.deepEqual(fieldChanges({ a: null, b: { c: null } }, { b: {}, d: null }), []);
  assert.deepEqual(describe({ a: null }, { a: 0 }), ["+ a [null,0]"]);
});

/** The value without members that are null. */
function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNull(member)]));
}

const name = fc.constantFrom("a", "b", "c", "x.y/z");
const leaf = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, 1, "", "1", "a\nb", "a\nc\nb", '{"a":1}', '{"a":2}', "[1]"),
  fc.string(),
);
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.record({ name, value: tie("value") }), { maxLength: 4 }),
    fc.dictionary(name, tie("value"), { noNullPrototype: true }),
  ),
}));

test("there is a change if and only if the values differ, and its two sides differ", () => {
  const seen = { equal: 0, different: 0 };
  fc.assert(
    fc.property(anyValue, anyValue, (before, after) => {
      const changes = fieldChanges(before, after);
      const isSame = isDeepStrictEqual(withoutNull(before), withoutNull(after));
      seen[isSame ? "equal" : "different"] += 1;
      // The elements of a list are not members: null counts there.
      assert.equal(changes.length === 0, isSame, JSON.stringify(changes));
      for (const change of changes) assert.notDeepEqual(change.before, change.after, change.path);
    }),
    { numRuns: 1000 },
  );
  assert(seen.equal > 5 && seen.different > 100, JSON.stringify(seen));
});

test("a field that is changed in any object is the only change, with its old and new value", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), anyValue), fc.array(fc.string(), { minLength: 1, maxLength: 4 }), (rest, path) => {
      const objectWith = (value: unknown) =>
        path.reduceRight<unknown>((inner, key, index) => ({ ...(index === 0 ? rest : { other: 1 }), [key]: inner }), value);
      const changes = fieldChanges(objectWith("old"), objectWith("new"));
      assert.deepEqual(
        changes.map(({ before, after }) => [before, after]),
        [["old", "new"]],
      );
    }),
  );
});

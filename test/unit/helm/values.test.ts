import assert from "node:assert/strict";
import { test } from "node:test";
import { isMap, isOff, isOn, omitPath, pickPaths, textLeaves, valueAt } from "../../../components/helm/values.ts";

test("a value is read at its path, also if it is false, zero or empty", () => {
  const list = ["a"];
  const values = { bpf: { masquerade: false, level: 0, name: "", list, map: {} } };
  for (const [path, expected] of [
    ["bpf", values.bpf],
    ["bpf.masquerade", false],
    ["bpf.level", 0],
    ["bpf.name", ""],
    ["bpf.list", list],
    ["bpf.map", {}],
  ] as const) {
    assert.deepEqual(valueAt(values, path), expected, path);
  }
});

test("an unset value is undefined: missing, null, below something that is not a map, or only inherited", () => {
  const values = { bpf: { removed: null, text: "abc" }, nothing: null };
  for (const path of [
    "",
    "missing",
    "missing.inner",
    "bpf.missing",
    "bpf.removed",
    "bpf.removed.inner",
    "nothing.inner",
    "bpf.text.length",
    "constructor",
    "bpf.constructor",
    "bpf.toString.name",
    "__proto__",
    "bpf.",
  ]) {
    assert.equal(valueAt(values, path), undefined, path);
  }
});

test("a switch is on or off as a boolean or as its text, and otherwise neither", () => {
  for (const value of [true, "true"]) {
    assert(isOn({ a: { b: value } }, "a.b"));
    assert(!isOff({ a: { b: value } }, "a.b"));
  }
  for (const value of [false, "false"]) {
    assert(isOff({ a: { b: value } }, "a.b"));
    assert(!isOn({ a: { b: value } }, "a.b"));
  }
  for (const value of [undefined, null, 1, 0, "", "True", "yes", "strict", {}]) {
    assert(!isOn({ a: { b: value } }, "a.b"), JSON.stringify(value));
    assert(!isOff({ a: { b: value } }, "a.b"), JSON.stringify(value));
  }
  assert(!isOn({}, "a.b"));
  assert(!isOff({}, "a.b"));
});

test("only an object that is not a list is a map", () => {
  for (const value of [{}, { a: 1 }]) assert(isMap(value));
  for (const value of [null, undefined, [], [{}], "a", 1, true]) assert(!isMap(value), JSON.stringify(value));
});

test("omitPath leaves out one value, keeps everything else, and does not change its argument", () => {
  const values = { a: { b: 1, c: { d: [2], e: 3 } }, f: null };
  const copy = structuredClone(values);
  assert.deepEqual(omitPath(values, ["a"]), { f: null });
  assert.deepEqual(omitPath(values, ["f"]), { a: values.a });
  assert.deepEqual(omitPath(values, ["a", "c", "d"]), { a: { b: 1, c: { e: 3 } }, f: null });
  assert.deepEqual(omitPath(values, ["a", "missing"]), values);
  assert.deepEqual(omitPath(values, ["missing"]), values);
  assert.deepEqual(omitPath(values, ["constructor"]), values);
  assert.deepEqual(values, copy);
});

test("a key with a dot is one key", () => {
  const annotations = { "example.com/a": 1, example: { "com/a": 2 } };
  assert.deepEqual(omitPath({ annotations }, ["annotations", "example.com/a"]), { annotations: { example: { "com/a": 2 } } });
  assert.deepEqual(pickPaths({ annotations }, [["annotations", "example.com/a"]]), { annotations: { "example.com/a": 1 } });
});

test("pickPaths keeps only the values at the paths, with everything below them", () => {
  const values = { a: { b: 1, c: { d: [2], e: null } }, f: { g: 4 } };
  assert.deepEqual(pickPaths(values, []), {});
  assert.deepEqual(pickPaths(values, [["f"]]), { f: { g: 4 } });
  assert.deepEqual(pickPaths(values, [["a", "b"], ["a", "c", "d"], ["f", "g"]]), { a: { b: 1, c: { d: [2] } }, f: { g: 4 } }); // prettier-ignore
  assert.deepEqual(pickPaths(values, [["a", "c", "e"]]), { a: { c: { e: null } } });
});

test("every text is listed with its path, in maps and lists", () => {
  const values = { a: "x", b: { c: [{ d: "y" }, 1, null], e: false }, f: "" };
  assert.deepEqual(textLeaves(values), [
    ["a", "x"],
    ["b.c.0.d", "y"],
    ["f", ""],
  ]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  documentsOf,
  isTrue,
  listAt,
  listIn,
  memberOf,
  sectionOf,
  texts,
} from "../../../components/talos/machineConfigDocuments.ts";

const documents = [
  { cluster: 7 },
  { kind: "A", a: { b: { c: 1 } }, list: [1] },
  { cluster: { network: { x: true } }, list: ["a", 2] },
  { kind: "A", d: {} },
  null,
  "text",
  [{ kind: "A" }],
];

test("a section is looked for in every document of the kind, without a kind in those that have none", () => {
  assert.deepEqual(sectionOf(documents, undefined, "cluster", "network"), { x: true });
  assert.deepEqual(sectionOf(documents, "A", "a", "b"), { c: 1 });
  assert.deepEqual(sectionOf(documents, "A", "d"), {});
  assert.deepEqual(sectionOf(documents, "A"), documents[1]);
  for (const path of [["a", "b", "c"], ["list"], ["x"]]) assert.equal(sectionOf(documents, "A", ...path), undefined);
  assert.equal(sectionOf(documents, "B"), undefined);
});

test("a list at a path is returned, and an empty one if there is none", () => {
  assert.deepEqual(listAt(documents, undefined, "list"), ["a", 2]);
  assert.deepEqual(listAt(documents, "A", "list"), [1]);
  for (const path of [["cluster"], ["cluster", "network", "x"], ["list", "0"]])
    assert.deepEqual(listAt(documents, undefined, ...path), []);
});

test("only objects are documents and have members", () => {
  assert.equal(documentsOf(documents, "A").length, 2);
  assert.equal(documentsOf(documents, undefined).length, 2);
  for (const value of [null, undefined, 7, "text", ["a"]]) {
    assert.equal(memberOf(value, "length"), undefined);
    assert.deepEqual(listIn(value, "length"), []);
    assert.equal(isTrue(value, "length"), false);
  }
  assert.deepEqual(listIn({ a: [1] }, "a"), [1]);
  assert.equal(isTrue({ a: true }, "a"), true);
  assert.equal(isTrue({ a: "true" }, "a"), false);
  assert.deepEqual(texts(["a", 7, null, undefined, "", {}]), ["a", ""]);
});

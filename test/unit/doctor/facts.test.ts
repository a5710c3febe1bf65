import assert from "node:assert/strict";
import { test } from "node:test";
import { condition, fullName, isTrue, list, read, UnreadError } from "../../../components/doctor/facts.ts";
import { factsWith } from "../../fixtures/healthyFacts.ts";

test("facts are plain data: JSON holds all of them", () => {
  const facts = factsWith();
  assert.deepEqual(JSON.parse(JSON.stringify(facts)), JSON.parse(JSON.stringify(structuredClone(facts))));
  assert.equal(list(JSON.parse(JSON.stringify(facts)) as typeof facts, "nodes").length, 2);
});

test("what could not be read has a reason", () => {
  assert.equal(read({ read: 1 }, "a"), 1);
  assert.throws(() => read({ unread: "forbidden" }, "leases"), new UnreadError("leases: forbidden"));
  assert.throws(() => read(undefined, "the log of a"), UnreadError);
});

test("names and conditions", () => {
  assert.equal(fullName({ metadata: { name: "a", namespace: "b" } }), "b/a");
  assert.equal(fullName({ metadata: { name: "a" } }), "a");
  const conditions = [
    { type: "A", status: "True" },
    { type: "B", status: "False" },
  ];
  assert.deepEqual(
    ["A", "B", "C"].map((type) => isTrue(conditions, type)),
    [true, false, false],
  );
  assert.equal(condition(conditions, "B"), conditions[1]);
  assert.equal(condition(undefined, "B"), undefined);
});

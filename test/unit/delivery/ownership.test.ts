import assert from "node:assert/strict";
import { test } from "node:test";
import { withForcedOwnership } from "../../../components/delivery/ownership.ts";

const forced = { "pulumi.com/patchForce": "true" };

test("metadata without annotations gets the one that lets Pulumi take over the fields", () => {
  for (const metadata of [{ name: "a" }, { name: "a", annotations: undefined }, { name: "a", annotations: null }]) {
    assert.deepEqual(withForcedOwnership(metadata), { name: "a", annotations: forced });
  }
});

test("everything else in the metadata stays, and the original does not change", () => {
  const metadata = { name: "a", namespace: "b", labels: { c: "d" }, annotations: { e: "f", "pulumi.com/patchForce": "false" } };
  const original = structuredClone(metadata);
  assert.deepEqual(withForcedOwnership(metadata), { ...metadata, annotations: { e: "f", ...forced } });
  assert.deepEqual(metadata, original);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import * as publicInterface from "../../components/index.ts";

test("the package exports the two components and what reads a stack's config", () => {
  assert.deepEqual(Object.keys(publicInterface).sort(), ["CiliumLoadBalancer", "TalosCiliumCni", "configKeys", "configuredArgs"]);
});

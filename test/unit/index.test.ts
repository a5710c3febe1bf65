import assert from "node:assert/strict";
import { test } from "node:test";
import * as publicInterface from "../../components/index.ts";

test("the package exports the components, what reads a stack's config, the error of wrong inputs, and the words of inputs", () => {
  assert.deepEqual(Object.keys(publicInterface).sort(), [
    "AllowFirstLastIPs",
    "ApplyMode",
    "CiliumLoadBalancer",
    "Delivery",
    "InputError",
    "LabelSelectorOperator",
    "RoutingMode",
    "TalosCiliumCni",
    "UnsafeChange",
    "configKeys",
    "configuredArgs",
  ]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { validateArgs } from "../../../components/inputs/argsValidator.ts";

test("the errors are those of the last inputs only", () => {
  assert.deepEqual(validateArgs({}), []);
  const paths = (args: object) => validateArgs(args).map(({ instancePath }) => instancePath);
  assert.deepEqual(paths({ podCidr: 1, l2: { enabled: "yes" } }), ["/podCidr", "/l2/enabled"]);
  assert.deepEqual(paths({ namespace: 1 }), ["/namespace"]);
  assert.deepEqual(validateArgs({ namespace: "cilium" }), []);
});

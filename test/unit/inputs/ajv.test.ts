import assert from "node:assert/strict";
import { test } from "node:test";
import { createAjv } from "../../../components/inputs/ajv.ts";

test("all errors are found, with the data and the schema that they are about", () => {
  const validate = createAjv().compile({ type: "object", properties: { a: { type: "string" }, b: { enum: [1, 2] } } });
  assert.equal(validate({ a: "x", b: 1 }), true);
  assert.equal(validate({ a: 1, b: 3 }), false);
  assert.deepEqual(
    validate.errors?.map(({ instancePath, data, schema }) => [instancePath, data, schema]),
    [
      ["/a", 1, "string"],
      ["/b", 3, [1, 2]],
    ],
  );
});

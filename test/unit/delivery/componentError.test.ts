import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { catchInputError, toResourceError } from "../../../components/delivery/componentError.ts";
import { InputError, problem } from "../../../components/support/problems.ts";
import { recordRegistrations } from "../../harness/mocks.ts";

await recordRegistrations();
const inputError = new InputError([problem("podCidr", "is wrong"), problem("namespace", "is wrong")]);
const throwing = (error: unknown) => () => {
  throw error;
};

test("a result is returned, and an InputError is returned instead of thrown", () => {
  for (const result of ["text", undefined, null, 0])
    assert.equal(
      catchInputError(() => result),
      result,
    );
  assert.equal(catchInputError(throwing(inputError)), inputError);
});

test("any other error is thrown, because it is a fault of the program", () => {
  for (const error of [new Error("a"), new TypeError("b"), new pulumi.RunError("c"), "text"]) {
    assert.throws(
      () => catchInputError(throwing(error)),
      (thrown: unknown) => thrown === error,
    );
  }
});

test("Pulumi gets the message and the component, shows no stack, and inspects nothing but the message", () => {
  const component = new pulumi.ComponentResource("test:index:Component", "component");
  const error = toResourceError(inputError, component);
  assert(pulumi.ResourceError.isInstance(error));
  assert.equal(error.message, inputError.message);
  assert.equal(error.resource, component);
  assert.equal(error.hideStack, true);
  assert.equal(inspect(error), inputError.message);
});

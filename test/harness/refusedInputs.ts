import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { RegisteredResource } from "./mocks.ts";

/** The message of the ResourceError that the constructor of a component throws. */
export function resourceErrorMessage(construct: () => pulumi.ComponentResource): string {
  try {
    construct();
  } catch (error) {
    assert(pulumi.ResourceError.isInstance(error), String(error));
    return error.message;
  }
  return assert.fail("the inputs are accepted");
}

/** The inputs that the engine was asked to record for a component. */
export async function recordedInputsOf(registered: readonly RegisteredResource[], name: string): Promise<unknown> {
  // The mocks answer in the order of the requests.
  await new Promise((resolve) => setTimeout(resolve, 20));
  return registered.find((resource) => resource.name === name)?.inputs;
}

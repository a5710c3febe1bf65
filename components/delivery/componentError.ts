import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { InputError } from "../support/problems.ts";

/**
 * Runs `work` and returns its result or the InputError it threw. A ResourceError needs the component, so it has to wait until after
 * `super()`.
 */
export function catchInputError<T>(work: () => T): T | InputError {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/** The error that Pulumi shows for a component with inputs that cannot work. */
export function toResourceError(cause: InputError, component: pulumi.Resource): pulumi.ResourceError {
  const { message } = cause;
  const error = new pulumi.ResourceError(message, component, true);
  // Pulumi inspects every error of a program. This one refers to the component and so to the whole program, which takes 15 seconds to print.
  return Object.assign(error, { cause, [inspect.custom]: () => message });
}

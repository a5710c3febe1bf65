import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { InputError } from "./problems.ts";

/** What the work returns, or the InputError that it throws: a component can only be refused once it exists. */
export function attempt<T>(work: () => T): T | InputError {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/** The one error of a component whose inputs cannot work. */
export function refusal({ message }: InputError, component: pulumi.Resource): pulumi.ResourceError {
  const error = new pulumi.ResourceError(message, component, true);
  // Pulumi inspects every error of a program, and this one leads to all of the program by way of the component: that takes 15 seconds.
  return Object.assign(error, { [inspect.custom]: () => message });
}

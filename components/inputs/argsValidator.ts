import type { ErrorObject } from "ajv";
import schema from "./args.schema.json" with { type: "json" };
import { compileSchema } from "./compileSchema.ts";

/** A function that returns whether a value is valid, and leaves its errors in a member. */
interface Validator {
  (value: unknown): boolean;
  errors?: readonly ErrorObject[] | null;
}

let validator: Validator | undefined;

/** Compares the inputs with their schema. Returns its errors. The package contains this module with the schema compiled beforehand. */
export function validateArgs(args: unknown): readonly ErrorObject[] {
  // Compiled when it is first used.
  validator ??= compileSchema(schema);
  return validator(args) ? [] : (validator.errors ?? []);
}

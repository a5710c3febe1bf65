import type { Ajv, ErrorObject } from "ajv";
import { createAjv } from "./ajv.ts";
import schema from "./args.schema.json" with { type: "json" };

/** The schema of the inputs' names alone. */
const { definitions: _, ...top } = schema;
const names = { ...top, properties: Object.fromEntries(Object.keys(schema.properties).map((name) => [name, true])) };

let validatorOf: Ajv["getSchema"] | undefined;

/**
 * Compares the inputs with their schema. Returns its errors. The part of the schema for an input is compiled when that input is first set. The package
 * contains this module with the whole schema compiled beforehand.
 */
export function validateArgs(args: object): readonly ErrorObject[] {
  const inputs = Object.entries(args).filter(([name, value]) => value !== undefined && Object.hasOwn(schema.properties, name));
  const errors = inputs.map(([name, value]) => errorsIn(`args#/properties/${name}`, value, `/${name}`));
  return [...errorsIn("names", args, ""), ...errors.flat()];
}

function errorsIn(part: string, value: unknown, path: string): readonly ErrorObject[] {
  validatorOf ??= createValidators();
  const validator = validatorOf(part);
  if (validator === undefined) throw new Error(`the schema of the inputs has no ${part}`);
  if (validator(value) === true) return [];
  return (validator.errors ?? []).map((error) => ({ ...error, instancePath: `${path}${error.instancePath}` }));
}

function createValidators(): Ajv["getSchema"] {
  const ajv = createAjv();
  ajv.addSchema(schema, "args").addSchema(names, "names");
  return ajv.getSchema.bind(ajv);
}

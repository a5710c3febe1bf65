import { Ajv, type SchemaObject, type ValidateFunction } from "ajv";

/** Compiles a JSON schema that is used once or twice: checking the schema itself and optimizing its code takes longer than it saves. */
export function compileSchema(schema: SchemaObject): ValidateFunction {
  const ajv = new Ajv({
    allErrors: true,
    strict: false,
    verbose: true,
    logger: false,
    meta: false,
    validateSchema: false,
    code: { optimize: false },
  });
  return ajv.compile(schema);
}

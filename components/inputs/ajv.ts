import { Ajv } from "ajv";

/** Creates an Ajv for a schema that is used once or twice: checking the schema itself and optimizing its code takes longer than it saves. */
export function createAjv(): Ajv {
  return new Ajv({
    allErrors: true,
    strict: false,
    verbose: true,
    logger: false,
    meta: false,
    validateSchema: false,
    code: { optimize: false },
  });
}

import { createRequire } from "node:module";
import type { Ajv } from "ajv";

const require = createRequire(import.meta.url);

/**
 * Creates an Ajv for a schema that is used once or twice: checking the schema itself and optimizing its code takes longer than it saves. The library
 * is loaded for it, because most inputs of the package need none: it has the schema of the inputs compiled beforehand.
 */
export function createAjv(): Ajv {
  const { Ajv } = require("ajv") as typeof import("ajv");
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

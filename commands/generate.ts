// npm run generate: components/args.schema.json, from components/args.ts.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createGenerator } from "ts-json-schema-generator";
import { format, resolveConfig } from "prettier";
import { root } from "./stack.ts";

/** The file that the program checks its inputs with. */
export const schemaFile = join(root, "components", "args.schema.json");

/** What that file has to say. */
export async function generatedSchema(): Promise<string> {
  const generator = createGenerator({
    path: join(root, "components", "args.ts"),
    tsconfig: join(root, "tsconfig.json"),
    type: "TalosCiliumCniArgs",
    topRef: false,
    jsDoc: "extended",
  });
  const schema = JSON.stringify(generator.createSchema("TalosCiliumCniArgs"));
  return format(schema, { ...(await resolveConfig(schemaFile)), filepath: schemaFile });
}

if (import.meta.main) writeFileSync(schemaFile, await generatedSchema());

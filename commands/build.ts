// npm run build: makes dist/, which is what the npm package consists of: bundled ES modules and their types.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import { bundle } from "../tools/bundle.mjs";
import { root } from "./lib/root.ts";

/** Writes the types of everything that can be imported into one file. */
async function bundleTypes(): Promise<void> {
  const types = await rollup({
    input: join(root, "components", "index.ts"),
    plugins: [dts({ tsconfig: join(root, "tsconfig.json") })],
    external: [/^@pulumi\//],
  });
  await types.write({ file: join(root, "dist", "index.d.ts") });
  await types.close();
}

await bundle("package");
await bundleTypes();
// A module that exports nothing.
writeFileSync(join(root, "dist", "compileCache.d.ts"), "export {};\n");

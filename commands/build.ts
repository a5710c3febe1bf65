// npm run build: makes dist/, which is what the npm package consists of: bundled ES modules and their types.
import { join } from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import { bundle } from "../tools/bundle.mjs";
import { root } from "./lib/root.ts";

/** Writes the types of everything that a module exports into one file. */
async function bundleTypes(module: string): Promise<void> {
  const types = await rollup({
    input: join(root, "components", `${module}.ts`),
    plugins: [dts({ tsconfig: join(root, "tsconfig.json") })],
    external: [/^@pulumi\//],
    // compileCache exports nothing.
    onLog: (level, log, handler) => {
      if (log.code !== "EMPTY_BUNDLE") handler(level, log);
    },
  });
  await types.write({ file: join(root, "dist", `${module}.d.ts`) });
  await types.close();
}

await bundle("package");
for (const module of ["index", "compileCache"]) await bundleTypes(module);

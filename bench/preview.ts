// How long a preview of the program in a folder takes: `preview.ts <folder> <config>`.
import { programIn, withStack } from "../commands/stack.ts";
import { report } from "./report.ts";

const [folder = "", config = ""] = process.argv.slice(2);
await withStack(
  JSON.parse(config) as object,
  async ({ stack }) => {
    const start = performance.now();
    await stack.preview();
    report(performance.now() - start);
  },
  programIn(folder),
);

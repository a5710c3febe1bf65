// npm run docs: serves the documentation site, and shows every change of a page at once. npm run docs:build: builds it into
// docs/.vitepress/dist, and fails if a link leads nowhere.
import { parseArgs } from "node:util";
import { build, createServer } from "vitepress";
import { docsFolder } from "./lib/siteLinks.ts";
import { fail } from "./lib/terminal.ts";

async function main(): Promise<void> {
  const { build: isBuild, port } = parseArgs({
    options: { build: { type: "boolean", default: false }, port: { type: "string", default: "5173" } },
  }).values;
  if (isBuild) {
    await build(docsFolder);
    return;
  }
  const server = await createServer(docsFolder, { port: Number(port) });
  await server.listen();
  server.printUrls();
}

await main().catch(fail);

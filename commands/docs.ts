// npm run docs: serves the documentation site, and shows every change of a page at once. npm run docs:build: builds it into
// docs/.vitepress/dist, and fails if a link leads nowhere.
import { build, createServer } from "vitepress";
import { readCommandLine } from "./lib/commandLine.ts";
import { docsFolder } from "./lib/siteLinks.ts";
import { fail } from "./lib/terminal.ts";

const commandLine = {
  command: "npm run docs",
  usage: `usage: npm run docs [-- --port N]
       npm run docs:build

Serves the documentation site on this machine, and shows every change of a page at once. \`npm run docs:build\` builds it into
docs/.vitepress/dist, and fails if a link leads nowhere.

  --port N  the port of the server; 5173 by default
  --help    prints this
`,
  config: { options: { build: { type: "boolean", default: false }, port: { type: "string", default: "5173" } } },
} as const;

async function main(): Promise<void> {
  const { build: isBuild, port } = readCommandLine(commandLine).values;
  if (!/^\d{1,5}$/.test(port)) throw new Error(`--port: is ${JSON.stringify(port)}; it must be a number such as 5173`);
  if (isBuild) {
    await build(docsFolder);
    return;
  }
  const server = await createServer(docsFolder, { port: Number(port) });
  await server.listen();
  server.printUrls();
}

await main().catch(fail);

// npm run advisories: compares the table of security advisories with the data of osv.dev, and fails if they differ. `-- --server URL` asks
// another server with the same API.
import { advisories } from "../components/versions/advisories.ts";
import { readCommandLine } from "./lib/commandLine.ts";
import { advisoryDifferences, fetchVulnerabilities } from "./lib/osv.ts";
import { fail, say } from "./lib/terminal.ts";

const commandLine = {
  command: "npm run advisories",
  usage: `usage: npm run advisories [-- --server URL]

Compares the security advisories in components/versions/advisories.ts with those that osv.dev has, and fails if they differ.

  --server URL  asks another server with the same API; https://api.osv.dev by default
  --help        prints this
`,
  config: { options: { server: { type: "string", default: "https://api.osv.dev" } } },
} as const;

async function main(): Promise<void> {
  const { server } = readCommandLine(commandLine).values;
  const vulnerabilities = await fetchVulnerabilities(server);
  const differences = advisoryDifferences(advisories, vulnerabilities);
  if (differences.length > 0)
    fail(`components/versions/advisories.ts differs from ${server}:\n${differences.map((line) => `  ${line}`).join("\n")}`);
  say(`components/versions/advisories.ts has exactly the advisories of ${server} that affect a supported release`);
}

await main().catch(fail);

// npm run advisories: compares the table of security advisories with the data of osv.dev, and fails if they differ. `-- --server URL` asks
// another server with the same API.
import { parseArgs } from "node:util";
import { advisories } from "../components/versions/advisories.ts";
import { advisoryDifferences, fetchVulnerabilities } from "./lib/osv.ts";
import { fail, say } from "./lib/terminal.ts";

async function main(): Promise<void> {
  const { server } = parseArgs({ options: { server: { type: "string", default: "https://api.osv.dev" } } }).values;
  const vulnerabilities = await fetchVulnerabilities(server);
  const differences = advisoryDifferences(advisories, vulnerabilities);
  if (differences.length > 0)
    fail(`components/versions/advisories.ts differs from ${server}:\n${differences.map((line) => `  ${line}`).join("\n")}`);
  say(`components/versions/advisories.ts has exactly the advisories of ${server} that affect a supported release`);
}

await main().catch(fail);

// npm run measure -- NAME, one of those in `pages`: writes a page of docs/, or a section of one, from a run of Cilium's real agent on a LAN of network namespaces.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { readCommandLine } from "../../commands/lib/commandLine.ts";
import { findAgentObstacle } from "../../commands/lib/lanObstacles.ts";
import { fetchData, suiteDataVariable } from "../../commands/lib/provide.ts";
import { addToPath, putOnPath } from "../../commands/lib/putOnPath.ts";
import { root } from "../../commands/lib/root.ts";
import { commandFolders, suites } from "../../commands/lib/suites.ts";
import { fail, say } from "../../commands/lib/terminal.ts";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { isolate } from "../harness/isolation.ts";
import { answersArp, webService } from "../harness/lanClient.ts";
import { VirtualLan } from "../harness/virtualLan.ts";
import { measureBgpFailover } from "../pages/bgpFailover.ts";
import { observeDefaults } from "../pages/defaults.ts";
import { measureFailover } from "../pages/failover.ts";
import { measureManyServices } from "../pages/manyServices.ts";
import { measureReliability } from "../pages/reliability.ts";
import { measureUpgrade } from "../pages/upgrade.ts";

const pages = {
  defaults: { make: observeDefaults, values: {} },
  failover: { make: measureFailover, values: {} },
  // The operator registers the kinds of BGP when it starts, if BGP is on.
  "failover-bgp": { make: measureBgpFailover, values: { bgpControlPlane: { enabled: true } } },
  upgrade: { make: measureUpgrade, values: {} },
  reliability: { make: measureReliability, values: {} },
  "reliability-services": { make: measureManyServices, values: {} },
};

const names = Object.keys(pages);

const commandLine = {
  command: "npm run measure",
  usage: `usage: npm run measure -- PAGE

Runs Cilium's real agent on a LAN of network namespaces, and writes a page of docs/, or a section of one, from what it observes. It needs
what \`npm run test:lan\` needs: root, Linux, and the packages that the README names.

PAGE is one of ${names.join(", ")}
`,
  config: { allowPositionals: true },
} as const;

async function main(): Promise<void> {
  const {
    positionals: [word, ...others],
  } = readCommandLine(commandLine);
  const page = Object.entries(pages).find(([name]) => name === word && others.length === 0)?.[1];
  if (page === undefined)
    throw new Error(`name one page, such as \`npm run measure -- defaults\`; pages are ${names.join(", ")}`);
  // Fetch everything that the suite lan needs first, because the namespaces have no network.
  if (process.env[suiteDataVariable] === undefined) {
    const obstacle = findAgentObstacle();
    if (obstacle !== undefined) fail(obstacle.reason);
    await putOnPath(...suites.lan.tools);
    for (const folder of new Set(Object.values(commandFolders))) addToPath(folder);
    process.env[suiteDataVariable] = JSON.stringify(await fetchData(suites.lan, mkdtempSync(join(tmpdir(), "cilium-measure-"))));
  }
  isolate();

  const { manifest, loadBalancer, settings } = createPlan({ ...devStack, ...chartArgs(), values: page.values });
  const lan = await VirtualLan.start({ manifest, settings });
  try {
    const firstNode = await lan.addNode();
    lan.cluster.apply(loadBalancer?.yaml ?? "");
    lan.cluster.apply(webService("web", [firstNode]));
    await eventually(() => answersArp("192.168.1.200"), "nobody answers ARP for 192.168.1.200");
    const { path, content } = await page.make(lan, firstNode);
    writeFileSync(path, content);
    say(`wrote ${relative(root, path)}`);
  } finally {
    await lan.stop();
  }
}

await main().catch(fail);

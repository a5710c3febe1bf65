// npm run measure -- NAME, one of those in `pages`: writes a page of docs/, a section of one, or a picture, from a run of real software.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { readCommandLine } from "../../commands/lib/commandLine.ts";
import { findAgentObstacle } from "../../commands/lib/lanObstacles.ts";
import type { Page } from "../../commands/lib/page.ts";
import { allPlugins, findPluginFolder } from "../../commands/lib/plugins.ts";
import { fetchData, suiteDataVariable } from "../../commands/lib/provide.ts";
import { addToPath, putOnPath } from "../../commands/lib/putOnPath.ts";
import { root } from "../../commands/lib/root.ts";
import { commandFolders, type Suite, suites } from "../../commands/lib/suites.ts";
import { fail, say } from "../../commands/lib/terminal.ts";
import type { HelmValues } from "../../components/helm/values.ts";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { isolate } from "../harness/isolation.ts";
import { answersArp, webService } from "../harness/lanClient.ts";
import type { LanNode } from "../harness/lanNode.ts";
import { VirtualLan } from "../harness/virtualLan.ts";
import { measureBgpFailover } from "../pages/bgpFailover.ts";
import { observeDefaults } from "../pages/defaults.ts";
import { measureFailover } from "../pages/failover.ts";
import { measureManyServices } from "../pages/manyServices.ts";
import { drawPreview } from "../pages/preview.ts";
import { measureReliability } from "../pages/reliability.ts";
import { measureUpgrade } from "../pages/upgrade.ts";

interface Measurement {
  /** The suite whose requirements it has. */
  readonly suite: Suite;
  readonly make: () => Promise<Page>;
}

const pages: Readonly<Record<string, Measurement>> = {
  defaults: onLan(observeDefaults),
  failover: onLan(measureFailover),
  // The operator registers the kinds of BGP when it starts, if BGP is on.
  "failover-bgp": onLan(measureBgpFailover, { bgpControlPlane: { enabled: true } }),
  upgrade: onLan(measureUpgrade),
  reliability: onLan(measureReliability),
  "reliability-services": onLan(measureManyServices),
  // The picture in the README.
  preview: { suite: suites.plugins, make: drawPreview },
};

/** Measures on a LAN of network namespaces, which has a node with Cilium's real agent and a Service that answers. */
function onLan(measure: (lan: VirtualLan, firstNode: LanNode) => Promise<Page>, values: HelmValues = {}): Measurement {
  const make = async () => {
    isolate();
    const { manifest, loadBalancer, settings } = createPlan({ ...devStack, ...chartArgs(), values });
    const lan = await VirtualLan.start({ manifest, settings });
    try {
      const firstNode = await lan.addNode();
      lan.cluster.apply(loadBalancer?.yaml ?? "");
      lan.cluster.apply(webService("web", [firstNode]));
      await eventually(() => answersArp("192.168.1.200"), "nobody answers ARP for 192.168.1.200");
      return await measure(lan, firstNode);
    } finally {
      await lan.stop();
    }
  };
  return { suite: suites.lan, make };
}

const names = Object.keys(pages);

const commandLine = {
  command: "npm run measure",
  usage: `usage: npm run measure -- PAGE

Writes a page of docs/, a section of one, or a picture, from a run of real software. The page preview needs what \`npm run test:plugins\` needs,
the others what \`npm run test:lan\` needs (docs/how-it-is-tested.md).

PAGE is one of ${names.join(", ")}
`,
  config: { allowPositionals: true },
} as const;

async function main(): Promise<void> {
  const {
    positionals: [word, ...others],
  } = readCommandLine(commandLine);
  const measurement = Object.entries(pages).find(([name]) => name === word && others.length === 0)?.[1];
  if (measurement === undefined)
    throw new Error(`name one page, such as \`npm run measure -- defaults\`; pages are ${names.join(", ")}`);
  const { suite, make } = measurement;
  // Fetch everything that the suite needs first, because the namespaces have no network.
  if (process.env[suiteDataVariable] === undefined) {
    const obstacle = suite.runsAgent === true ? findAgentObstacle() : undefined;
    if (obstacle !== undefined) fail(obstacle.reason);
    await putOnPath(...suite.tools);
    const plugins = suite.plugins === undefined ? [] : allPlugins.flatMap((plugin) => findPluginFolder(plugin) ?? []);
    for (const folder of new Set([...Object.values(commandFolders), ...plugins])) addToPath(folder);
    process.env[suiteDataVariable] = JSON.stringify(await fetchData(suite, mkdtempSync(join(tmpdir(), "cilium-measure-"))));
  }
  const { path, content } = await make();
  writeFileSync(path, content);
  say(`wrote ${relative(root, path)}`);
}

await main().catch(fail);

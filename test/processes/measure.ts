// npm run measure -- defaults, or failover: pages of docs/ that come from a run of Cilium's real agent on a LAN of network namespaces.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { plan } from "../../components/plan.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { observeDefaults } from "../pages/defaults.ts";
import { devStack } from "../fixtures/devStack.ts";
import { measureFailover } from "../pages/failover.ts";
import { isolate } from "../harness/isolation.ts";
import { VirtualLan } from "../harness/virtualLan.ts";
import { answersArp, webService } from "../harness/lanClient.ts";
import { findAgentObstacle } from "../../commands/lib/lanObstacles.ts";
import { fetchData, suiteDataVariable } from "../../commands/lib/provide.ts";
import { addToPath, putOnPath } from "../../commands/lib/putOnPath.ts";
import { fail, say } from "../../commands/lib/terminal.ts";
import { root } from "../../commands/lib/stack.ts";
import { commandFolders, suites } from "../../commands/lib/suites.ts";

const pages = { defaults: observeDefaults, failover: measureFailover };

async function main(): Promise<void> {
  const [, make] =
    Object.entries(pages).find(([name]) => name === process.argv[2]) ??
    fail(`say which page: ${Object.keys(pages).join(" or ")}`);
  // Fetch what the suite lan needs first: the namespaces have no network.
  if (process.env[suiteDataVariable] === undefined) {
    const unfit = findAgentObstacle();
    if (unfit !== undefined) fail(unfit.reason);
    await putOnPath(...suites.lan.tools);
    addToPath(commandFolders.clang);
    process.env[suiteDataVariable] = JSON.stringify(fetchData(suites.lan, mkdtempSync(join(tmpdir(), "cilium-measure-"))));
  }
  isolate();

  const exported = plan({ ...devStack, ...chartArgs() });
  const lan = await VirtualLan.start(exported);
  try {
    const first = await lan.addNode();
    lan.cluster.apply(exported.loadBalancer?.yaml ?? "");
    lan.cluster.apply(webService("web", [first]));
    await eventually(() => answersArp("192.168.1.200"), "nobody answers");
    const { path, content } = await make(lan, first);
    writeFileSync(path, content);
    say(`wrote ${relative(root, path)}`);
  } finally {
    await lan.stop();
  }
}

await main().catch(fail);

// npm run measure -- defaults, or failover: pages of docs/ that come from a run of Cilium's real agent on a LAN of network namespaces.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { plan } from "../components/plan.ts";
import { chartArgs } from "../test/fixtures/charts.ts";
import { eventually } from "../test/fixtures/cluster.ts";
import { seeDefaults } from "../test/fixtures/defaults.ts";
import { devStack } from "../test/fixtures/devStack.ts";
import { measureFailover } from "../test/fixtures/failover.ts";
import { isolate } from "../test/fixtures/isolated.ts";
import { Lan } from "../test/fixtures/lan.ts";
import { answersArp, webService } from "../test/fixtures/lanClient.ts";
import { withoutAgent } from "./lan.ts";
import { fetchData, providedVariable } from "./provide.ts";
import { addToPath, putOnPath } from "./putOnPath.ts";
import { fail, say } from "./report.ts";
import { root } from "./stack.ts";
import { commandFolders, suites } from "./suites.ts";

const pages = { defaults: seeDefaults, failover: measureFailover };

async function main(): Promise<void> {
  const [, make] =
    Object.entries(pages).find(([name]) => name === process.argv[2]) ??
    fail(`say which page: ${Object.keys(pages).join(" or ")}`);
  // Fetch what the suite lan needs first: the namespaces have no network.
  if (process.env[providedVariable] === undefined) {
    const unfit = withoutAgent();
    if (unfit !== undefined) fail(unfit.reason);
    await putOnPath(...suites.lan.tools);
    addToPath(commandFolders.clang);
    process.env[providedVariable] = JSON.stringify(fetchData(suites.lan, mkdtempSync(join(tmpdir(), "cilium-measure-"))));
  }
  isolate();

  const exported = plan({ ...devStack, ...chartArgs() });
  const lan = await Lan.start(exported);
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

import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "../../commands/lib/page.ts";
import { progress } from "../../commands/lib/terminal.ts";
import { createPlan, type Plan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { fetchPage, webService } from "../harness/lanClient.ts";
import { openConnections, startTraffic, type Traffic } from "../harness/traffic.ts";
import type { VirtualLan } from "../harness/virtualLan.ts";
import { pageWithSection } from "./section.ts";

const [from, to] = ["1.18.4", "1.19.6"];
const rounds = 3;
const secondsWithoutAgent = 10;
const address = "192.168.1.200";

/** Measures an upgrade of Cilium for docs/upgrading.md, with a client on a LAN of two nodes. Takes five minutes. */
export async function measureUpgrade(lan: VirtualLan): Promise<Page> {
  await lan.addNode();
  const older = createPlan({ ...devStack, ...chartArgs(from) });
  const newer = createPlan({ ...devStack, ...chartArgs(to), values: { upgradeCompatibility: "1.18" } });
  const steps: [string, () => Promise<void>][] = [
    ["the operator is replaced", () => replaceOperator(lan, newer)],
    ["the agents restart, one after another", () => lan.restartAgents(secondsWithoutAgent)],
  ];
  const results = steps.map((): Traffic[] => []);
  for (let round = 0; round < rounds; round++) {
    await resetTo(lan, older);
    for (const [index, [name, change]] of steps.entries()) {
      const traffic = await startTraffic(address);
      await change();
      const result = await traffic.stop();
      results[index]?.push(result);
      progress(`round ${round + 1}, ${name}: ${JSON.stringify(result)}`);
    }
  }
  const rows = steps.map(([name], index) => `| ${name} | ${formatTraffic(results[index] ?? []).join(" | ")} |`);
  return pageWithSection(
    "upgrading.md",
    "### What a client notices",
    `\`npm run measure -- upgrade\` upgrades ${from} to ${to} on two nodes of a LAN of network namespaces: first the manifest and the operator,
then one agent after the other, each away for ${secondsWithoutAgent} seconds, as while a node pulls the image. A client on the LAN requests a page from an
announced address twenty times a second, over a new connection each, and holds ${openConnections} other connections open. The web servers run on the nodes
themselves, not in pods. Each value is the worst of ${rounds} upgrades.

| Meanwhile | Requests | Requests without an answer | Longest time without an answer | Open connections that broke |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

Before an agent stops, it releases its leases, so another node announces its addresses at once. That node does not know the open connections to
these addresses: it may choose another web server, and it sends the packets from its own address. So they break, once each time the address
moves, and a client has to connect again. A request that is under way in that moment is lost too.
`,
  );
}

/** Replaces the operator, and gives it ten seconds for the CRDs. */
async function replaceOperator(lan: VirtualLan, plan: Plan): Promise<void> {
  await lan.replaceOperator(plan);
  await sleep(10_000);
}

/** Formats the worst of several results, as the cells of a row. */
function formatTraffic(results: readonly Traffic[]): readonly string[] {
  const worst = (value: (traffic: Traffic) => number) => Math.max(...results.map(value));
  return [
    String(Math.min(...results.map(({ requests }) => requests))),
    String(worst(({ lost }) => lost)),
    `${(worst(({ silence }) => silence) / 1000).toFixed(1)} s`,
    String(worst(({ brokenConnections }) => brokenConnections)),
  ];
}

/** Brings the cluster to a release as if it had never had another one: with its CRDs, and nodes without the state of earlier agents. */
export async function resetTo(lan: VirtualLan, plan: Plan): Promise<void> {
  const { cluster } = lan;
  const { output } = cluster.kubectl(["get", "customresourcedefinitions", "--output", "name"]);
  const kinds = output.split("\n").filter((name) => name.endsWith(".cilium.io"));
  cluster.kubectl(["delete", ...kinds]);
  await lan.replaceOperator(plan);
  const isReady = () =>
    cluster.kubectl(["wait", "--for=condition=Established", "crd/ciliuml2announcementpolicies.cilium.io", "--timeout=1s"]).ok;
  await eventually(isReady, "the operator does not register its kinds");
  cluster.apply(plan.loadBalancer?.yaml ?? "");
  await lan.bootNodes();
  cluster.apply(webService("web", lan.nodes));
  await eventually(async () => (await fetchPage(address)) !== undefined, "the client gets no answer");
}

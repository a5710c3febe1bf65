import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "../../commands/lib/page.ts";
import { progress } from "../../commands/lib/terminal.ts";
import type { BgpPeer } from "../../components/inputs/bgpArgs.ts";
import { createPlan, type Plan } from "../../components/plan.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { clientAddress } from "../harness/lanAddresses.ts";
import { elsewhere, startWebServer, webService } from "../harness/lanClient.ts";
import type { LanNode } from "../harness/lanNode.ts";
import {
  clientBehindRouter,
  connectClientBehindRouter,
  learnedRoutes,
  nextHopFromBehind,
  type Router,
  startBird,
  startFrr,
} from "../harness/router.ts";
import type { VirtualLan } from "../harness/virtualLan.ts";
import { failoverPage, medianAndMaximum } from "./failoverPage.ts";

const rounds = 3;
const holdTimes = [9, 3];
const restartTimeSeconds = 30;
const routers = [
  { name: "FRR", text: "frr", start: startFrr },
  { name: "BIRD", text: "bird", start: startBird },
] as const;

/** Two nodes and the address that both announce. */
interface Bench {
  readonly lan: VirtualLan;
  readonly nodes: readonly [LanNode, LanNode];
  readonly address: string;
}

/** Measures BGP for docs/failover.md, with a client behind a router to two nodes. Takes a quarter of an hour. */
export async function measureBgpFailover(lan: VirtualLan, firstNode: LanNode): Promise<Page> {
  connectClientBehindRouter();
  const webServer = startWebServer();
  try {
    // No other pool may give the Service an address.
    lan.cluster.kubectl(["delete", "ciliumloadbalancerippools,ciliuml2announcementpolicies", "--all"]);
    const bench = { lan, nodes: [firstNode, await lan.addNode()], address: "10.50.0.0" } as const;
    lan.cluster.apply(webService("web", [{ ...elsewhere, addresses: [clientAddress] }]));
    const timers: string[] = [];
    for (const holdTimeSeconds of holdTimes) {
      const silence = await measureRouter(bench, { holdTimeSeconds }, routers[0]);
      timers.push(`| ${[`\`${holdTimeSeconds}\``, ...silence].join(" | ")} |`);
    }
    const restarts: string[] = [];
    const peer = { holdTimeSeconds: 9, gracefulRestart: { enabled: true, restartTimeSeconds } };
    for (const router of routers)
      restarts.push(`| ${[router.name, ...(await measureRouter(bench, peer, router))].join(" | ")} |`);
    return await failoverPage("BGP", formatSection(timers, restarts));
  } finally {
    webServer.kill();
  }
}

function formatSection(timers: readonly string[], restarts: readonly string[]): string {
  return `The client is in another network, behind a router that has a route over each node. Its packets take the one over the node that fails.

| \`holdTimeSeconds\` | The node is off | Its agent restarts |
| --- | --- | --- |
${timers.join("\n")}

The router is FRR, and nodes send a sign of life each third of the hold time. If a node is off, the router notices when the hold time after the
last one is over: two thirds of it to all of it. With the default of 90 seconds, that is up to a minute and a half. A router that loses the link
of the node notices at once. An agent that ends closes its sessions, so the router uses the other node until the agent is back.

With \`gracefulRestart\`, the routes of an agent that restarts stay. Those of a node that is off go after the hold time: FRR would keep them for
\`restartTimeSeconds\` more, but \`bgpRouterConfig\` turns that off. Here \`holdTimeSeconds\` is 9 and \`restartTimeSeconds\` is ${restartTimeSeconds}:

| Router | The node is off | Its agent restarts |
| --- | --- | --- |
${restarts.join("\n")}

With two nodes or more, the router uses the other node while an agent restarts, so graceful restart gains little. It is for a cluster of one
node, or for Services with \`externalTrafficPolicy: Local\` and their pods on one node.
`;
}

/** Measures the silence when a node is off, and when its agent restarts. */
async function measureRouter(
  bench: Bench,
  peer: Partial<BgpPeer>,
  { name, text, start }: (typeof routers)[number],
): Promise<string[]> {
  const plan = createPlan({
    ...chartArgs(),
    lan: { nodes: bench.nodes.map((node) => node.address) },
    loadBalancer: { ipPools: [{ name: "lan", blocks: [{ cidr: "10.50.0.0/24" }] }] },
    bgp: [{ name: "lan", localAsn: 64513, peers: [{ address: clientAddress, asn: 64512, connectRetryTimeSeconds: 2, ...peer }] }],
  });
  await startWith(bench, plan);
  const router = await start(plan.bgpRouterConfig?.[0]?.[text] ?? "");
  try {
    const nodeOff: number[] = [];
    const agentRestart: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const failing = await findServingNode(bench, router);
      nodeOff.push(
        await measureSilence(bench, async () => {
          failing.unplug();
          await failing.stopAgent();
          const isGone = () => !hops(bench, router).includes(failing.address);
          await eventually(isGone, `${failing.name} still has a route`, 120);
        }),
      );
      await failing.boot();
      const restarting = await findServingNode(bench, router);
      agentRestart.push(
        await measureSilence(bench, async () => {
          await restarting.stopAgent();
          await restarting.startAgent();
          await findServingNode(bench, router);
        }),
      );
      progress(`${name} ${JSON.stringify(peer)}: ${medianAndMaximum(nodeOff)}; ${medianAndMaximum(agentRestart)}`);
    }
    return [medianAndMaximum(nodeOff), medianAndMaximum(agentRestart)];
  } finally {
    await router.stop();
  }
}

async function startWith({ lan, nodes }: Bench, { manifest, loadBalancer }: Plan): Promise<void> {
  lan.cluster.apply(manifest.yaml);
  lan.cluster.apply(loadBalancer?.yaml ?? "");
  for (const node of nodes) await node.boot();
}

const hops = ({ address }: Bench, router: Router) => learnedRoutes(router).get(address) ?? [];

/** Waits until the router has a route over each node; resolves to the node that the client's packets go through. */
async function findServingNode(bench: Bench, router: Router): Promise<LanNode> {
  await eventually(() => hops(bench, router).length === 2, "the router has no route over both nodes", 120);
  const hop = nextHopFromBehind(bench.address);
  return bench.nodes[0].address === hop ? bench.nodes[0] : bench.nodes[1];
}

/** Measures the longest time without an answer during a failure, and five seconds after it. */
async function measureSilence({ address }: Bench, fail: () => Promise<void>): Promise<number> {
  const script = join(import.meta.dirname, "..", "processes", "silence.ts");
  const client = spawn("ip", ["netns", "exec", clientBehindRouter, process.execPath, script, address], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface(client.stdout);
  await once(lines, "line");
  await fail();
  await sleep(5_000);
  const result = once(lines, "line") as Promise<[string]>;
  client.kill("SIGTERM");
  const [silence] = await result;
  return Number(silence);
}

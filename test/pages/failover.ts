import { createServer, get } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatPage, type Page } from "../../commands/lib/page.ts";
import { progress } from "../../commands/lib/terminal.ts";
import { leaseTiming, type LeaseTiming } from "../../components/cilium/apiRateLimit.ts";
import { plan } from "../../components/plan.ts";
import { runUnchecked } from "../../tools/childProcess.mjs";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import type { VirtualLan } from "../harness/virtualLan.ts";
import { clientAddress, type LanNode } from "../harness/lanNode.ts";
import { fetchPage, webService } from "../harness/lanClient.ts";

const timings: readonly LeaseTiming[] = [
  leaseTiming({}),
  { leaseDuration: "8s", leaseRenewDeadline: "3s", leaseRetryPeriod: "1s" },
  { leaseDuration: "5s", leaseRenewDeadline: "2s", leaseRetryPeriod: "500ms" },
  { leaseDuration: "3s", leaseRenewDeadline: "1s", leaseRetryPeriod: "200ms" },
];
const rounds = 5;
const services = ["web", "web-2", "web-3", "web-4", "web-5"];
const counted = 30;
const address = "192.168.1.200";

/** docs/failover.md, from what a client on a LAN of two nodes measures. Takes a quarter of an hour. */
export async function measureFailover(lan: VirtualLan, first: LanNode): Promise<Page> {
  const nodes = [first, await lan.addNode()] as const;
  const server = createServer((_, response) => response.end("elsewhere")).listen(8080, clientAddress);
  const rows: string[] = [];
  for (const timing of timings) {
    await startWith(lan, nodes, timing);
    const { leaseDuration, leaseRenewDeadline, leaseRetryPeriod } = timing;
    const writes = leaseWrites(lan) / counted / services.length;
    const off: number[] = [];
    const stopped: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const holder = await announcing(lan, nodes);
      off.push(
        await silence(timing, async () => {
          holder.unplug();
          await holder.stopAgent();
        }),
      );
      await holder.boot();
      const next = await announcing(lan, nodes);
      stopped.push(await silence(timing, () => next.stopAgent()));
      await next.boot();
      progress(`${leaseDuration}: ${seconds(off)}; ${seconds(stopped)}; ${writes.toFixed(2)} writes`);
    }
    const cells = [leaseDuration, leaseRenewDeadline, leaseRetryPeriod].map((value) => `\`${value}\``);
    rows.push(`| ${[...cells, seconds(off), seconds(stopped), writes.toFixed(1)].join(" | ")} |`);
  }
  server.close();
  return formatPage(
    join("docs", "failover.md"),
    `# Failover

How long a client on the LAN gets no answer from a LoadBalancer IP when the node that announces it is gone, and what a faster takeover costs:
every node writes or reads the lease of every announced Service once in each \`leaseRetryPeriod\`. Measured by \`npm run measure -- failover\`
with the default Cilium release on two nodes of a LAN made of network namespaces, from the client: it asks without a pause, and does not
forget by itself whom it has asked. Median of ${rounds} and, in parentheses, the longest.

| \`l2.leaseDuration\` | \`l2.leaseRenewDeadline\` | \`l2.leaseRetryPeriod\` | The node is off | Its agent is stopped | API writes per second and Service |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

A node that is off is noticed when its lease runs out: \`leaseDuration\` since the last renewal, and up to \`leaseRetryPeriod\` until the other one looks.
An agent that is stopped, as at every update of Cilium, gives its leases back, and what it has loaded into the kernel serves on until the client
has heard of the other node. The chart's timing, in the first row, is the default: it costs an API server at home next to nothing, and a node
that is only slow keeps its addresses. The agents' request limit follows the timing and the number of addresses (\`k8sClientRateLimit\` in
[defaults.md](defaults.md)).
`,
  );
}

function seconds(all: readonly number[]): string {
  const sorted = all.toSorted((one, other) => one - other);
  const shown = (index: number) => `${((sorted[index] ?? NaN) / 1000).toFixed(1)} s`;
  return `${shown(Math.floor(sorted.length / 2))} (${shown(sorted.length - 1)})`;
}

async function startWith(lan: VirtualLan, nodes: readonly LanNode[], l2: LeaseTiming): Promise<void> {
  const { manifest, loadBalancer } = plan({ ...devStack, ...chartArgs(), l2 });
  lan.cluster.apply(manifest.yaml);
  lan.cluster.apply(loadBalancer?.yaml ?? "");
  // Neither node has the web server: it is not the Service that is to fail.
  for (const name of services) lan.cluster.apply(webService(name, [{ name: "elsewhere", address: clientAddress }]));
  for (const node of nodes) await node.boot();
}

/** The node that announces, once the client knows the way. */
async function announcing(lan: VirtualLan, [one, other]: readonly [LanNode, LanNode]): Promise<LanNode> {
  await eventually(async () => (await fetchPage(address)) !== undefined, "the client gets no answer");
  const lease = lan.cluster.get("lease", "cilium-l2announce-default-web", "kube-system")?.["spec"] as { holderIdentity?: string };
  return lease.holderIdentity === one.name ? one : other;
}

/** The longest time without an answer, in milliseconds, in the time after something happens in which the lease runs out. */
async function silence({ leaseDuration }: LeaseTiming, happens: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  const end = start + Number.parseInt(leaseDuration, 10) * 1000 + 15_000;
  let last = start;
  let longest = 0;
  const happened = Promise.resolve(happens());
  while (performance.now() < end) {
    if (await answers()) {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
    await sleep(20);
  }
  await happened;
  return Math.max(longest, end - last > 1_000 ? end - last : 0);
}

function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: address, agent: false, timeout: 250 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => {
      resolve(false);
    });
  });
}

/** How often a lease of an announced Service is written within so many seconds. */
function leaseWrites(lan: VirtualLan): number {
  const watch = ["get", "leases", "--namespace", "kube-system", "--watch-only", "--output", "name"];
  const options = ["--kubeconfig", lan.cluster.kubeconfig, ...watch];
  const { stdout } = runUnchecked("timeout", [String(counted), "kubectl", ...options]);
  return stdout.split("\n").filter((line) => line.includes("/cilium-l2announce-")).length;
}

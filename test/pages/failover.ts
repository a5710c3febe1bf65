import { createServer } from "node:http";
import type { Page } from "../../commands/lib/page.ts";
import { progress } from "../../commands/lib/terminal.ts";
import { type LeaseTiming, leaseTiming } from "../../components/cilium/leaseTiming.ts";
import { createPlan } from "../../components/plan.ts";
import { runUnchecked } from "../../tools/childProcess.mjs";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { clientAddress } from "../harness/lanAddresses.ts";
import { fetchPage, webService } from "../harness/lanClient.ts";
import type { LanNode } from "../harness/lanNode.ts";
import { watchSilence } from "../harness/silence.ts";
import type { VirtualLan } from "../harness/virtualLan.ts";
import { failoverPage, medianAndMaximum } from "./failoverPage.ts";

const timings: readonly LeaseTiming[] = [
  leaseTiming({}),
  { leaseDuration: "8s", leaseRenewDeadline: "3s", leaseRetryPeriod: "1s" },
  { leaseDuration: "5s", leaseRenewDeadline: "2s", leaseRetryPeriod: "500ms" },
  { leaseDuration: "3s", leaseRenewDeadline: "1s", leaseRetryPeriod: "200ms" },
];
const rounds = 5;
const services = ["web", "web-2", "web-3", "web-4", "web-5"];
const watchSeconds = 30;
const address = "192.168.1.200";

/** Measures L2 announcements for docs/failover.md, with a client on a LAN of two nodes. Takes a quarter of an hour. */
export async function measureFailover(lan: VirtualLan, firstNode: LanNode): Promise<Page> {
  const nodes = [firstNode, await lan.addNode()] as const;
  const server = createServer((_, response) => response.end("elsewhere")).listen(8080, clientAddress);
  const rows: string[] = [];
  for (const timing of timings) {
    await startWith(lan, nodes, timing);
    const { leaseDuration, leaseRenewDeadline, leaseRetryPeriod } = timing;
    const writes = leaseWritesPerSecond(lan) / services.length;
    const nodeOff: number[] = [];
    const agentStopped: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const holder = await findAnnouncingNode(lan, nodes);
      nodeOff.push(
        await measureSilence(timing, async () => {
          holder.unplug();
          await holder.stopAgent();
        }),
      );
      await holder.boot();
      const nextHolder = await findAnnouncingNode(lan, nodes);
      agentStopped.push(await measureSilence(timing, () => nextHolder.stopAgent()));
      await nextHolder.boot();
      progress(`${leaseDuration}: ${medianAndMaximum(nodeOff)}; ${medianAndMaximum(agentStopped)}; ${writes.toFixed(2)} writes`);
    }
    const cells = [leaseDuration, leaseRenewDeadline, leaseRetryPeriod].map((value) => `\`${value}\``);
    cells.push(medianAndMaximum(nodeOff), medianAndMaximum(agentStopped), writes.toFixed(1));
    rows.push(`| ${cells.join(" | ")} |`);
  }
  server.close();
  return failoverPage(
    "L2 announcements",
    `What a faster takeover costs: every node reads or writes the lease of each announced Service once per \`leaseRetryPeriod\`. The client does not
forget by itself which node had the address.

| \`l2.leaseDuration\` | \`l2.leaseRenewDeadline\` | \`l2.leaseRetryPeriod\` | The node is off | Its agent is stopped | API writes per second and Service |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

If a node is off, the other node takes over when the lease expires: \`leaseDuration\` after the last renewal, plus up to \`leaseRetryPeriod\` until
it checks the lease. An agent that is stopped, as in every update of Cilium, releases its leases, and the programs that it loaded into the
kernel keep serving until the client learns of the other node. The chart's timing, in the first row, is the default: it costs an API server at
home next to nothing, and a node that is only slow keeps its addresses. The agents' request limit depends on the timing and the number of
addresses (\`k8sClientRateLimit\` in [defaults.md](defaults.md)).
`,
  );
}

async function startWith(lan: VirtualLan, nodes: readonly LanNode[], l2: LeaseTiming): Promise<void> {
  const { manifest, loadBalancer } = createPlan({ ...devStack, ...chartArgs(), l2 });
  lan.cluster.apply(manifest.yaml);
  lan.cluster.apply(loadBalancer?.yaml ?? "");
  // The web server runs on neither node, so that the Service itself does not fail with a node.
  for (const name of services) lan.cluster.apply(webService(name, [{ name: "elsewhere", addresses: [clientAddress] }]));
  for (const node of nodes) await node.boot();
}

/** Waits until the client gets an answer; resolves to the node that announces the address. */
async function findAnnouncingNode(lan: VirtualLan, [one, other]: readonly [LanNode, LanNode]): Promise<LanNode> {
  await eventually(async () => (await fetchPage(address)) !== undefined, "the client gets no answer");
  const lease = lan.cluster.get("lease", "cilium-l2announce-default-web", "kube-system")?.["spec"] as { holderIdentity?: string };
  return lease.holderIdentity === one.name ? one : other;
}

/** Measures the longest time without an answer after a failure, in milliseconds. Watches until well after the lease has expired. */
async function measureSilence({ leaseDuration }: LeaseTiming, fail: () => void | Promise<void>): Promise<number> {
  const end = performance.now() + Number.parseInt(leaseDuration, 10) * 1000 + 15_000;
  const failure = Promise.resolve(fail());
  const silence = await watchSilence(address, () => performance.now() > end);
  await failure;
  return silence;
}

/** How often leases of announced Services are written. Watches for half a minute. */
export function leaseWritesPerSecond(lan: VirtualLan): number {
  const watch = ["get", "leases", "--namespace", "kube-system", "--watch-only", "--output", "name"];
  const options = ["--kubeconfig", lan.cluster.kubeconfig, ...watch];
  const { stdout } = runUnchecked("timeout", [String(watchSeconds), "kubectl", ...options]);
  return stdout.split("\n").filter((line) => line.includes("/cilium-l2announce-")).length / watchSeconds;
}

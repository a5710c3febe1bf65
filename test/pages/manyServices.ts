import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "../../commands/lib/page.ts";
import { progress } from "../../commands/lib/terminal.ts";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { type CrowdTraffic, startCrowd } from "../harness/crowd.ts";
import { fetchPage, webService } from "../harness/lanClient.ts";
import type { VirtualLan } from "../harness/virtualLan.ts";
import { leaseWritesPerSecond } from "./failover.ts";
import { pageWithSection } from "./section.ts";

const services = 100;
/** The minutes of the page. A shorter measurement is a test of the bench. */
const pageMinutes = 60;
const ipPools = [{ name: "default-ip-pool", blocks: [{ start: "192.168.1.130", stop: "192.168.1.250" }] }];

interface Lease {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly holderIdentity?: string; readonly leaseTransitions?: number };
}

/** What a client of many Services noticed, and what they cost. */
interface Result extends CrowdTraffic {
  readonly takeovers: number;
  readonly writesPerSecond: number;
  /** The memory of each agent in MiB, at the start and at the end. */
  readonly memory: readonly (readonly [number, number])[];
}

/** Measures a hundred announced Services for docs/reliability.md, for an hour or as many minutes as the command says. */
export async function measureManyServices(lan: VirtualLan): Promise<Page> {
  const minutes = Number(process.argv[3] ?? pageMinutes);
  await lan.addNode();
  const { requests, lost, silence, takeovers, writesPerSecond, memory } = await announceManyServices(lan, minutes);
  const memories = memory.map(([start, end]) => `${start.toFixed(0)} MiB at the start and ${end.toFixed(0)} MiB at the end`);
  return pageWithSection(
    "reliability.md",
    "## A hundred Services",
    `Two nodes announce ${services} Services for ${minutes} minutes, with the default timing of the leases and the request limit that the component sets for
such a pool. A client requests a page from each of them every second. Every ten seconds it forgets which node has the addresses.

| Requests | Requests without an answer | Longest time between two answers from one address | Addresses that moved to another node | API writes per second |
| --- | --- | --- | --- | --- |
| ${requests} | ${lost} | ${(silence / 1000).toFixed(1)} s | ${takeovers} | ${writesPerSecond.toFixed(0)} |

The agents used ${memories.join(", and ")}. Nearly all of the writes renew leases, one per Service and \`leaseRetryPeriod\`.
`,
  );
}

/** Announces a hundred Services on two nodes for some minutes. */
export async function announceManyServices(lan: VirtualLan, minutes: number): Promise<Result> {
  const { cluster, nodes } = lan;
  const { manifest, loadBalancer } = createPlan({
    ...devStack,
    ...chartArgs(),
    loadBalancer: { ...devStack.loadBalancer, ipPools },
  });
  cluster.apply(manifest.yaml);
  cluster.apply(loadBalancer?.yaml ?? "");
  await lan.bootNodes();
  const names = Array.from({ length: services }, (_, index) => `web-${index}`);
  cluster.apply(names.map((name) => webService(name, nodes)).join(""));
  const addressesOf = () => {
    const { output } = cluster.kubectl(["get", "services", "--output", "jsonpath={.items[*].status.loadBalancer.ingress[0].ip}"]);
    return output.split(" ").filter((address) => address !== "");
  };
  // The Service `web` of the bench has an address as well.
  await eventually(() => addressesOf().length > services, "not every Service gets an address", 120);
  const addresses = addressesOf().slice(0, services);
  for (const address of addresses)
    await eventually(async () => (await fetchPage(address)) !== undefined, `no web server answers at ${address}`);

  const transitions = () => {
    const { output } = cluster.kubectl(["get", "leases", "--namespace", "kube-system", "--output", "json"]);
    return (JSON.parse(output) as { items: Lease[] }).items
      .filter(({ metadata }) => metadata.name.startsWith("cilium-l2announce-"))
      .reduce((sum, { spec }) => sum + (spec.leaseTransitions ?? 0), 0);
  };
  const memoryBefore = nodes.map((node) => node.agentMemory);
  const transitionsBefore = transitions();
  const crowd = await startCrowd(addresses);
  const end = performance.now() + minutes * 60_000;
  const writesPerSecond = leaseWritesPerSecond(lan);
  while (performance.now() < end) {
    await sleep(Math.min(60_000, Math.max(0, end - performance.now())));
    progress(
      `${Math.max(0, (end - performance.now()) / 60_000).toFixed(0)} minutes left, ${transitions() - transitionsBefore} takeovers`,
    );
  }
  const traffic = await crowd.stop();
  const memory = nodes.map((node, index) => [memoryBefore[index] ?? 0, node.agentMemory] as const);
  return { ...traffic, takeovers: transitions() - transitionsBefore, writesPerSecond, memory };
}

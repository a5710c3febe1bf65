import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "../../commands/lib/page.ts";
import { progress } from "../../commands/lib/terminal.ts";
import { eventually } from "../harness/cluster.ts";
import { announcingNode, type Observation, observe, withoutApiServer, withWrongClock } from "../harness/faults.ts";
import { fetchPage, webService } from "../harness/lanClient.ts";
import { connectNewcomer } from "../harness/newcomer.ts";
import { openConnections } from "../harness/traffic.ts";
import type { VirtualLan } from "../harness/virtualLan.ts";
import { interruptApply, type Interruptions } from "./interruptedApply.ts";
import { killOperatorDuringPoolChange, type PoolChange } from "./poolChange.ts";
import { pageWithSection } from "./section.ts";

const rounds = 3;
const address = "192.168.1.200";

/** Measures faults for docs/reliability.md, with clients on a LAN of two nodes. Takes half an hour. */
export async function measureReliability(lan: VirtualLan): Promise<Page> {
  await lan.addNode();
  connectNewcomer();
  lan.cluster.apply(webService("web", lan.nodes));
  const rows: string[] = [];
  for (const [name, fault] of faults) {
    const results: Observation[] = [];
    for (let round = 0; round < rounds; round++) {
      await announcingNode(lan);
      await eventually(async () => (await fetchPage(address)) !== undefined, "the client gets no answer");
      results.push(await observe(address, () => fault(lan)));
      progress(`${name}: ${JSON.stringify(results.at(-1))}`);
    }
    rows.push(`| ${[name, ...formatObservations(results)].join(" | ")} |`);
  }
  const moved = await killOperatorDuringPoolChange(lan);
  progress(JSON.stringify(moved));
  const clocks: string[] = [];
  for (const [hours, clock] of [
    [-1, "an hour slow"],
    [1, "an hour fast"],
  ] as const) {
    const { keptWhileRenewed, takeoverSeconds } = await withWrongClock(lan, hours * 3_600, 30);
    progress(`clock ${clock}: kept ${keptWhileRenewed}, ${takeoverSeconds.toFixed(1)} s`);
    clocks.push(
      `| ${clock} | ${keptWhileRenewed ? "the lease stays" : "another node takes it over"} | ${takeoverSeconds.toFixed(1)} s |`,
    );
  }
  const interrupted = await interruptApply(lan, address);
  return pageWithSection("reliability.md", "## Faults", formatSection(rows, moved, clocks, interrupted));
}

const faults: readonly (readonly [name: string, fault: (lan: VirtualLan) => Promise<void>])[] = [
  [
    "The API server is away for 60 s",
    async (lan) => {
      await withoutApiServer(lan, 60);
      await announcingNode(lan);
      await sleep(15_000);
    },
  ],
  [
    "The operator is killed, and starts again after 30 s",
    async (lan) => {
      await lan.killOperator();
      await sleep(30_000);
      await lan.startOperator();
    },
  ],
  [
    "The agent of the announcing node is killed, and starts again at once",
    async (lan) => {
      const node = await announcingNode(lan);
      await node.killAgent();
      await node.startAgent();
    },
  ],
  [
    "The agent of the announcing node is killed, and starts again after 60 s",
    async (lan) => {
      const node = await announcingNode(lan);
      await node.killAgent();
      await sleep(60_000);
      await node.startAgent();
    },
  ],
];

/** Formats the worst of several observations, as the cells of a row. */
function formatObservations(results: readonly Observation[]): readonly string[] {
  const worst = (value: (observation: Observation) => number) => Math.max(...results.map(value));
  const seconds = (value: (observation: Observation) => number) => `${(worst(value) / 1_000).toFixed(1)} s`;
  return [
    `${worst(({ lost }) => lost)} of ${Math.min(...results.map(({ requests }) => requests))}`,
    seconds(({ silence }) => silence),
    String(worst(({ brokenConnections }) => brokenConnections)),
    seconds(({ arpSilence }) => arpSilence),
  ];
}

function formatStuck({ services, kills, stuck, changes }: PoolChange): string {
  if (stuck === 0) return "Half a minute later all of them answer.";
  return `Half a minute later, ${stuck} of these ${services * kills} still do not answer. The next operator
may give an address that a Service has already to another Service. If an agent sees the new owner first, it logs \`frontend already owned by another
service\`, and does not try again by itself. A change of each Service that does not answer helps, such as an annotation. If several wait for each
other's addresses, change those that still do not answer once more: here, all of them answered after ${changes} such changes at most.`;
}

function formatSection(
  rows: readonly string[],
  pool: PoolChange,
  clocks: readonly string[],
  { objects, noticed, failedAfter, different }: Interruptions,
): string {
  const failures =
    failedAfter.length === 0 ? "They always start." : `They do not start after ${failedAfter.join(", ")}, until more is applied.`;
  const end = different.length === 0 ? "every object is as sent" : `${different.join(", ")} differ from what was sent`;
  return `Two nodes announce an address with the default timing of the leases. One client uses it: it requests a page twenty times a second, over a new
connection each, and holds ${openConnections} other connections open. Another machine asks again and again who has the address. The web servers run on the
nodes themselves, not in pods. Each value is the worst of ${rounds} rounds.

| Fault | Requests without an answer | Longest time without an answer | Open connections that broke | Longest time without an ARP reply |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

An agent whose API server is away gives up its leases after \`leaseRenewDeadline\`, and no other agent can take them over. A machine that knows who
has the address goes on; one that asks gets no reply until the API server is back. Another node may take the address over then. The kernel keeps
serving while an agent is away. If the agent stays away, another node takes the address over. Open connections break each time, because the new
node does not know them.

### A change of the pool without an operator

${pool.services} Services move to another pool, ${pool.kills} times. The operator is killed while it gives them new addresses, and another one starts ten seconds
later. Meanwhile ${pool.withoutAddress} Services had no address, and ${pool.silent} did not answer at the address in their status. At most ${pool.seconds.toFixed(1)} s after the start of
the next operator, every Service has an address of its own in the new pool. ${formatStuck(pool)}

### A node whose clock is wrong

A node that holds a lease renews it for 30 seconds by a clock that is wrong, and then no more. The other nodes have the right time. The clock of
one node cannot be changed on this bench, because Linux has no namespaces for the time of day. So the test writes what such a node would write.

| Its clock is | While it renews | Taken over after its last renewal |
| --- | --- | --- |
${clocks.join("\n")}

An agent does not compare the time in a lease with its own clock. It waits for \`leaseDuration\` since it last saw the lease change, and measures
that with a clock that never jumps ([leaderelection.go](https://github.com/kubernetes/client-go/blob/v0.35.6/tools/leaderelection/leaderelection.go),
\`isLeaseValid\` and \`setObservedRecord\`).

### An interrupted \`up\`

An upgrade from 1.18.4 to 1.19.6 stops after each of the ${objects} objects of the manifest in turn, and the operator and the agent of one node restart
with what is there, as after a power cut. ${failures} Meanwhile the client gets no answer to ${noticed.lost} of ${noticed.requests} requests. After the next
complete apply, ${end}. The objects are applied here as Pulumi's provider applies them, on the server's side, but without Pulumi.

The suite \`plugins\` kills a real \`pulumi up\` without notice after each of its resources in turn. A killed \`up\` leaves its lock behind, and perhaps
objects that it has created and that the state does not know. The next one would say that they exist already. So let it take them over:

\`\`\`bash
pulumi cancel
pulumi config set kubernetes:upsertExistingObjects true
pulumi up
pulumi config rm kubernetes:upsertExistingObjects
\`\`\`

Then \`up\` ends like one that nothing interrupted: with the same resources in the state, the same objects in the cluster, and nothing left to do in the
next preview. This holds for a first \`up\` and for an upgrade.

If a local backend says \`failed to load checkpoint: EOF\`, the CLI was killed while it wrote a file beside the state: remove the file
\`.pulumi/stacks/<project>/<stack>.json.attrs\` if it is empty. The state itself is in \`<stack>.json\`, which is never half written.
`;
}

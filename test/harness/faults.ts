import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "./cluster.ts";
import type { LanNode } from "./lanNode.ts";
import { startArpWatch } from "./newcomer.ts";
import { startTraffic, type Traffic } from "./traffic.ts";
import type { VirtualLan } from "./virtualLan.ts";

/** What clients on the LAN noticed of a fault: one that uses an address already, and one that asks who has it. */
export interface Observation extends Traffic {
  /** The longest time without an ARP reply, in milliseconds. */
  readonly arpSilence: number;
}

/** Watches an address as two clients on the LAN while a fault happens, and some seconds longer. Needs `connectNewcomer`. */
export async function observe(address: string, fault: () => Promise<void>, secondsAfter = 5): Promise<Observation> {
  const [traffic, arp] = [await startTraffic(address), await startArpWatch(address)];
  await fault();
  await sleep(secondsAfter * 1_000);
  const [noticed, arpSilence] = await Promise.all([traffic.stop(), arp.stop()]);
  return { ...noticed, arpSilence };
}

/** The lease of the Service `web`. */
export function webLease({ cluster }: VirtualLan): WebLease {
  return cluster.get("lease", "cilium-l2announce-default-web", "kube-system")?.["spec"] ?? {};
}
interface WebLease {
  readonly holderIdentity?: string;
  readonly renewTime?: string;
  /** How often it was taken over. */
  readonly leaseTransitions?: number;
}

/** The node that announces the Service `web`. Waits until one does. */
export async function announcingNode(lan: VirtualLan): Promise<LanNode> {
  let node: LanNode | undefined;
  await eventually(() => {
    node = lan.nodes.find(({ name }) => name === webLease(lan).holderIdentity);
    return node !== undefined;
  }, "no node announces the Service");
  if (node === undefined) throw new Error("no node announces the Service");
  return node;
}

/** Stops the API server for some seconds. */
export async function withoutApiServer({ cluster }: VirtualLan, seconds: number): Promise<void> {
  await cluster.stopApiServer();
  await sleep(seconds * 1_000);
  await cluster.startApiServer();
}

/** How a node whose clock is wrong renews its lease, and when the nodes with right clocks take the lease over. */
export interface ClockFault {
  /** Whether it kept the lease while it renewed it. */
  readonly keptWhileRenewed: boolean;
  /** The time from its last renewal to the takeover, in seconds. */
  readonly takeoverSeconds: number;
}

/**
 * Renews the lease of the Service `web` in the name of a node whose clock is wrong by some seconds, and then no more. The clock of the machine
 * cannot be changed for one node alone: a time namespace has no wall clock of its own. So this is what the other nodes see of such a node.
 * Waits for the takeover for at most a minute.
 */
export async function withWrongClock(lan: VirtualLan, offsetSeconds: number, renewSeconds: number): Promise<ClockFault> {
  for (const node of lan.nodes) await node.stopAgent();
  renewAsStranger(lan, offsetSeconds);
  const renewing = setInterval(() => {
    renewAsStranger(lan, offsetSeconds);
  }, 2_000);
  const takeovers = webLease(lan).leaseTransitions;
  for (const node of lan.nodes) await node.startAgent();
  await sleep(renewSeconds * 1_000);
  const keptWhileRenewed = webLease(lan).leaseTransitions === takeovers;
  clearInterval(renewing);
  const { renewTime = "" } = webLease(lan);
  const lastRenewal = Date.parse(renewTime) - offsetSeconds * 1_000;
  await eventually(() => webLease(lan).holderIdentity !== stranger, "nobody takes the lease over");
  return { keptWhileRenewed, takeoverSeconds: (Date.now() - lastRenewal) / 1_000 };
}

const stranger = "node-with-a-wrong-clock";

/** Renews the lease of the Service `web` like its holder does, by a clock that is wrong. */
function renewAsStranger({ cluster }: VirtualLan, offsetSeconds: number): void {
  // A lease has microseconds.
  const renewTime = new Date(Date.now() + offsetSeconds * 1_000).toISOString().replace("Z", "000Z");
  const spec = { holderIdentity: stranger, leaseDurationSeconds: 15, renewTime };
  const target = ["lease", "cilium-l2announce-default-web", "--namespace", "kube-system"];
  const { ok, output } = cluster.kubectl(["patch", ...target, "--type", "merge", "--patch", JSON.stringify({ spec })]);
  if (!ok) throw new Error(output);
}

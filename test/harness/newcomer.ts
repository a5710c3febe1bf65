import { setTimeout as sleep } from "node:timers/promises";
import { runAsync } from "../../tools/childProcess.mjs";
import { type Client, startClient } from "./client.ts";
import { runCommand } from "./isolation.ts";

const namespace = "newcomer";

/** Connects another machine to the LAN. What it learns by ARP, the client of the tests does not learn. */
export function connectNewcomer(): void {
  runCommand("ip", "netns", "add", namespace);
  runCommand("ip", "link", "add", namespace, "type", "veth", "peer", "name", "eth0", "netns", namespace);
  runCommand("ip", "link", "set", namespace, "master", "lan0", "up");
  runCommand("ip", "-netns", namespace, "address", "add", "192.168.1.60/24", "dev", "eth0");
  runCommand("ip", "-netns", namespace, "link", "set", "eth0", "up");
}

/** Starts a machine that asks again and again who has an address. It resolves to the longest time without a reply, in milliseconds. */
export function startArpWatch(address: string): Promise<Client<number>> {
  return startClient<number>(["arpWatch.ts", address, "eth0"], namespace);
}

/** Asks for the owner of an address until `hasEnded`; resolves to the longest time without a reply, in milliseconds. */
export async function watchArp(address: string, device: string, hasEnded: () => boolean): Promise<number> {
  let lastReply = performance.now();
  let longest = 0;
  while (!hasEnded()) {
    const isAnswered = await runAsync("arping", ["-q", "-f", "-w", "1", "-I", device, address]).then(
      () => true,
      () => false,
    );
    longest = Math.max(longest, performance.now() - lastReply);
    if (isAnswered) lastReply = performance.now();
    await sleep(100);
  }
  return longest;
}

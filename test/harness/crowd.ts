import { setTimeout as sleep } from "node:timers/promises";
import { runUnchecked } from "../../tools/childProcess.mjs";
import { type Client, startClient } from "./client.ts";
import { isAnswered } from "./traffic.ts";

/** What a client of many addresses noticed. */
export interface CrowdTraffic {
  readonly requests: number;
  /** The requests without an answer within five seconds. */
  readonly lost: number;
  /** The longest time without an answer from one address, in milliseconds. */
  readonly silence: number;
}

/** After this time, in milliseconds, the client forgets which node has which address. */
const memory = 10_000;

/** Requests a page from each address once per second until `hasEnded`. */
export async function sendToCrowd(addresses: readonly string[], hasEnded: () => boolean): Promise<CrowdTraffic> {
  let requests = 0;
  let lost = 0;
  let silence = 0;
  const use = async (address: string) => {
    let lastAnswer = performance.now();
    while (!hasEnded()) {
      const start = performance.now();
      requests++;
      const answered = await isAnswered(address);
      silence = Math.max(silence, performance.now() - lastAnswer);
      if (answered) lastAnswer = performance.now();
      else lost++;
      await sleep(Math.max(0, 1_000 - (performance.now() - start)));
    }
  };
  const forgetting = setInterval(() => {
    runUnchecked("ip", ["neighbour", "flush", "dev", "lan0"]);
  }, memory);
  // Spread the requests over the second.
  await Promise.all(addresses.map((address, index) => sleep((1_000 * index) / addresses.length).then(() => use(address))));
  clearInterval(forgetting);
  return { requests, lost, silence };
}

/** Starts a client of these addresses in a process of its own. */
export function startCrowd(addresses: readonly string[]): Promise<Client<CrowdTraffic>> {
  return startClient<CrowdTraffic>(["crowd.ts", ...addresses]);
}

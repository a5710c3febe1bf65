import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Requests a page without a pause until `hasEnded`; resolves to the longest time without an answer, in milliseconds. */
export async function watchSilence(address: string, hasEnded: () => boolean): Promise<number> {
  let lastAnswer = performance.now();
  let longest = 0;
  while (!hasEnded()) {
    if (await isAnswered(address)) {
      longest = Math.max(longest, performance.now() - lastAnswer);
      lastAnswer = performance.now();
    }
    await sleep(20);
  }
  const silenceAtEnd = performance.now() - lastAnswer;
  // Less than a second is only the interval between two answers.
  return silenceAtEnd > 1_000 ? Math.max(longest, silenceAtEnd) : longest;
}

function isAnswered(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host, agent: false, timeout: 250 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => {
      resolve(false);
    });
  });
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A client on the LAN, in a process of its own. */
export interface Client<Result> {
  /** Ends it; resolves to what it noticed. */
  readonly stop: () => Promise<Result>;
}

/**
 * Starts a client in a process of its own, so that nothing that the test does delays it: a program of test/processes with its options. It runs
 * in the network namespace, if there is one.
 */
export async function startClient<Result>(
  [script = "", ...options]: readonly string[],
  namespace?: string,
): Promise<Client<Result>> {
  const command = [process.execPath, join(import.meta.dirname, "..", "processes", script), ...options];
  const [program = "", ...rest] = namespace === undefined ? command : ["ip", "netns", "exec", namespace, ...command];
  const client = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(client.stdout);
  await once(lines, "line");
  return {
    stop: async () => {
      const result = once(lines, "line") as Promise<[string]>;
      client.kill("SIGTERM");
      const [line] = await result;
      return JSON.parse(line) as Result;
    },
  };
}

/** Runs such a client in this process, until SIGTERM. */
export async function runClient(watch: (hasEnded: () => boolean) => Promise<unknown>): Promise<void> {
  let hasEnded = false;
  process.once("SIGTERM", () => {
    hasEnded = true;
  });
  console.log("started");
  console.log(JSON.stringify(await watch(() => hasEnded)));
}

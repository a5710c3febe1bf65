import { get } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, startClient } from "./client.ts";

/** What a client noticed of the time in which it sent requests. */
export interface Traffic {
  /** Requests over a new connection each, and how many of them got no answer within `timeLimit`. */
  readonly requests: number;
  readonly lost: number;
  /** The longest time from a request to its answer, in milliseconds. */
  readonly slowest: number;
  /** The longest time without any answer, in milliseconds. */
  readonly silence: number;
  /** How often an open connection ended or went without an answer for `timeLimit`. The client opens another one in its place. */
  readonly brokenConnections: number;
}

/** How often the client sends a request, in milliseconds: over a new connection, and over each open one. */
const interval = 50;
const timeLimit = 5_000;

/** How many connections the client holds open. */
export const openConnections = 10;

/** Sends requests to a web server until `hasEnded`. */
export async function sendTraffic(host: string, hasEnded: () => boolean): Promise<Traffic> {
  let requests = 0;
  let lost = 0;
  let slowest = 0;
  let silence = 0;
  let lastAnswer = performance.now();
  const send = async () => {
    const start = performance.now();
    requests++;
    if (!(await isAnswered(host))) {
      lost++;
      return;
    }
    const now = performance.now();
    slowest = Math.max(slowest, now - start);
    silence = Math.max(silence, now - lastAnswer);
    lastAnswer = now;
  };
  const connections = Array.from({ length: openConnections }, () => keepConnection(host, hasEnded));
  const sent: Promise<void>[] = [];
  while (!hasEnded()) {
    sent.push(send());
    await sleep(interval);
  }
  await Promise.all(sent);
  silence = Math.max(silence, performance.now() - lastAnswer);
  const brokenConnections = (await Promise.all(connections)).reduce((sum, count) => sum + count, 0);
  return { requests, lost, slowest, silence, brokenConnections };
}

/** Whether a web server answers within the time limit, over a new connection. */
export function isAnswered(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host, agent: false, signal: AbortSignal.timeout(timeLimit) }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("error", () => {
      resolve(false);
    });
  });
}

/** Sends requests over one connection, and opens another one when it breaks. Resolves to how often it broke. */
async function keepConnection(host: string, hasEnded: () => boolean): Promise<number> {
  let broken = 0;
  while (!hasEnded()) {
    const wasAnswered = await useConnection(host, hasEnded);
    if (wasAnswered && !hasEnded()) broken++;
    await sleep(interval);
  }
  return broken;
}

/** Sends requests over a connection until it breaks, or `hasEnded`. Resolves to whether it was answered at all. */
function useConnection(host: string, hasEnded: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    let wasAnswered = false;
    const socket = connect({ host, port: 80, timeout: timeLimit });
    const ask = () => {
      if (hasEnded()) socket.destroy();
      else socket.write("GET / HTTP/1.1\r\nHost: lan\r\n\r\n");
    };
    socket.once("connect", ask);
    socket.on("data", (data) => {
      if (!data.includes("\r\n\r\n")) return;
      wasAnswered = true;
      setTimeout(ask, interval);
    });
    socket.once("timeout", () => socket.destroy());
    socket.on("error", () => undefined);
    socket.once("close", () => {
      resolve(wasAnswered);
    });
  });
}

/** Starts a client that sends requests, in a process of its own. */
export function startTraffic(address: string): Promise<Client<Traffic>> {
  return startClient<Traffic>(["traffic.ts", address]);
}

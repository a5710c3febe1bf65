import { get } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { ChildProcessError, runChild } from "../support/childProcess.ts";
import { contains, parseAddress, parseCidr } from "../support/ipRange.ts";
import type { Answer } from "./facts.ts";
import type { ServicePort } from "./objects.ts";

/** How long a connection, and the answer to an HTTP request, may take, in milliseconds. */
const connectTimeout = 3_000;
const httpTimeout = 5_000;

/** A TCP port, and whether it speaks HTTP. */
export interface AskedPort {
  readonly port: number;
  readonly isHttp: boolean;
}

/**
 * Asks an address from this machine: it opens a TCP connection to each port, sends `GET /` to those that speak HTTP, and then reads whose MAC address
 * the kernel has learned.
 */
export async function askAddress(address: string, ports: readonly AskedPort[]): Promise<Answer> {
  // Without a port, a connection to any makes the kernel ask for the MAC address.
  if (ports.length === 0) await tryPort(address, 9);
  const results = await Promise.all(ports.map(async ({ port }) => [String(port), await tryPort(address, port)] as const));
  const isOnLink = isInSubnetOf(address, localSubnets());
  const neighbor = isOnLink ? neighborOf(address) : { isSilent: false };
  const connected = new Set(results.filter(([, result]) => result === "connected").map(([port]) => port));
  const asked = ports.filter(({ port, isHttp }) => isHttp && connected.has(String(port)));
  const statuses = await Promise.all(asked.map(async ({ port }) => [String(port), await askHttp(address, port)] as const));
  return { isOnLink, ...neighbor, ports: Object.fromEntries(results), http: Object.fromEntries(statuses) };
}

/** Whether a port of a Service speaks HTTP without TLS, as far as the Service says so. */
export function isHttpPort({ port, name = "", appProtocol }: ServicePort): boolean {
  if (appProtocol !== undefined) return appProtocol === "http";
  return port === 80 || name === "http" || name.startsWith("http-");
}

function askHttp(host: string, port: number): Promise<number | "no answer"> {
  return new Promise((resolve) => {
    const request = get({ host, port, path: "/", agent: false, timeout: httpTimeout }, (response) => {
      response.destroy();
      resolve(response.statusCode ?? "no answer");
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => {
      resolve("no answer");
    });
  });
}

/** Whether an address is in one of these subnets. */
export function isInSubnetOf(address: string, subnets: readonly string[]): boolean {
  const single = parseAddress(address);
  if (single === undefined) return false;
  return subnets.some((subnet) => {
    const range = parseCidr(subnet);
    return range !== undefined && contains(range, single);
  });
}

/** The subnets of this machine's interfaces, in CIDR notation. */
function localSubnets(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ cidr }) => cidr)
    .filter((cidr) => cidr !== null);
}

async function tryPort(address: string, port: number): Promise<"connected" | "refused" | "no answer"> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: connectTimeout });
    const end = (result: "connected" | "refused" | "no answer") => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", () => {
      end("connected");
    });
    socket.once("timeout", () => {
      end("no answer");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      end(error.code === "ECONNREFUSED" ? "refused" : "no answer");
    });
  });
}

/** The programs that print the neighbors that the kernel knows: on Linux, and elsewhere. IPv6 has its own on macOS. */
const neighborCommands = (address: string): readonly (readonly [program: string, ...args: string[]])[] => [
  ["ip", "neighbour", "show", "to", address],
  address.includes(":") ? ["ndp", "-n", address] : ["arp", "-n", address],
];

/** What the kernel knows of a neighbor. */
function neighborOf(address: string): Neighbor {
  for (const [program, ...args] of neighborCommands(address)) {
    try {
      return readNeighbor(runChild(program, args, { timeout: 5_000 }).toString());
    } catch (error) {
      if (!(error instanceof ChildProcessError)) throw error;
    }
  }
  return { isSilent: false };
}

type Neighbor = Pick<Answer, "mac" | "isSilent">;

/** Reads the output of such a program: the MAC address with two digits in each part, or that the neighbor did not answer. */
export function readNeighbor(output: string): Neighbor {
  if (/\bFAILED\b|\bincomplete\b|no entry/i.test(output)) return { isSilent: true };
  const mac = /(?<![0-9a-f:])[0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2}){5}(?![0-9a-f:])/i.exec(output)?.[0];
  if (mac === undefined) return { isSilent: false };
  const parts = mac.split(/[:-]/).map((part) => part.toLowerCase().padStart(2, "0"));
  return { mac: parts.join(":"), isSilent: false };
}

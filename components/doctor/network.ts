import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { ChildProcessError, runChild } from "../support/childProcess.ts";
import { contains, parseAddress, parseCidr } from "../support/ipRange.ts";
import type { Answer } from "./facts.ts";

/** How long a connection may take, in milliseconds. */
const connectTimeout = 3_000;

/** Asks an address from this machine: it opens a TCP connection to each port, and then reads whose MAC address the kernel has learned. */
export async function askAddress(address: string, ports: readonly number[]): Promise<Answer> {
  // Without a port, a connection to any makes the kernel ask for the MAC address.
  const results = await Promise.all((ports.length === 0 ? [9] : ports).map((port) => tryPort(address, port)));
  const isOnLink = isInSubnetOf(address, localSubnets());
  return {
    isOnLink,
    ...(isOnLink ? neighborOf(address) : { isSilent: false }),
    ports: Object.fromEntries(ports.map((port, index) => [String(port), results[index] ?? "no answer"])),
  };
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

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A server in a process of its own: what asks it blocks this one. */
export interface Server {
  readonly address: string;
  readonly process: ChildProcess;
}

/** Serves a folder; with the files of a key and a certificate over TLS. */
export function startFileServer(folder: string, ...keyAndCertificate: readonly string[]): Promise<Server> {
  return start("serve.ts", folder, ...keyAndCertificate);
}

/** A proxy that writes the addresses that it is asked for into a file, one a line. */
export function startProxy(log: string): Promise<Server> {
  return start("proxy.ts", log);
}

async function start(script: string, ...options: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "..", "processes", script), ...options]);
  const [address] = (await once(createInterface(child.stdout), "line")) as [string];
  return { address, process: child };
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A server in its own process, because its clients block this process. */
export interface Server {
  readonly address: string;
  readonly process: ChildProcess;
}

/** Serves a folder over HTTP, or over TLS with the paths of a key and a certificate. */
export function startFileServer(folder: string, ...keyAndCertificate: readonly string[]): Promise<Server> {
  return start("serve.ts", folder, ...keyAndCertificate);
}

/** Starts a proxy that writes the target of each request into a file, one per line. */
export function startProxy(log: string): Promise<Server> {
  return start("proxy.ts", log);
}

async function start(script: string, ...options: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "..", "processes", script), ...options]);
  const [address] = (await once(createInterface(child.stdout), "line")) as [string];
  return { address, process: child };
}

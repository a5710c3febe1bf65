export * as client from "./client.ts";
export * as cluster from "./cluster.ts";
export * as machine from "./machine.ts";
export type { ClientConfiguration } from "./plugin.ts";

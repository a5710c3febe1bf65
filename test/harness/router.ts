import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runUnchecked } from "../../tools/childProcess.mjs";
import { eventually } from "./cluster.ts";
import { runCommand, scratch } from "./isolation.ts";
import { type Family, familyOf } from "./lanAddresses.ts";

/** The networks behind the router, with the router's address and that of the client there. */
const networks = {
  IPv4: { router: "198.51.100.1/24", client: "198.51.100.2/24", forwarding: "net/ipv4/ip_forward" },
  IPv6: { router: "2001:db8:2::1/64", client: "2001:db8:2::2/64", forwarding: "net/ipv6/conf/all/forwarding" },
} as const satisfies Record<Family, unknown>;

/** The network namespace of the client behind the router. */
export const clientBehindRouter = "behind";
/** The addresses of the client behind the router. */
export const addressesBehindRouter = { IPv4: withoutPrefix(networks.IPv4.client), IPv6: withoutPrefix(networks.IPv6.client) };

/** Makes this process, which is on the LAN, a router to another network with a client in it. Needs the LAN. */
export function connectClientBehindRouter(): void {
  runCommand("ip", "netns", "add", clientBehindRouter);
  runCommand("ip", "link", "add", "behind0", "type", "veth", "peer", "name", "eth0", "netns", clientBehindRouter);
  const inClient = (...options: readonly string[]) => runCommand("ip", "-netns", clientBehindRouter, ...options);
  for (const { router, client, forwarding } of Object.values(networks)) {
    const options = familyOf(router) === "IPv6" ? ["nodad"] : [];
    runCommand("ip", "address", "add", router, "dev", "behind0", ...options);
    inClient("address", "add", client, "dev", "eth0", ...options);
    writeFileSync(join("/proc/sys", forwarding), "1");
  }
  runCommand("ip", "link", "set", "behind0", "up");
  inClient("link", "set", "eth0", "up");
  for (const { router } of Object.values(networks)) inClient("route", "add", "default", "via", withoutPrefix(router));
}

/** Fetches the page of a web server from behind the router; undefined if there is no answer. */
export function fetchFromBehind(address: string): string | undefined {
  const script = join(import.meta.dirname, "..", "processes", "printPage.ts");
  const { stdout } = runUnchecked("ip", ["netns", "exec", clientBehindRouter, process.execPath, script, address]);
  return stdout === "" ? undefined : stdout;
}

/** The node to which the router sends the packets of the client behind it that are for this address. */
export function nextHopFromBehind(address: string): string {
  const client = addressesBehindRouter[familyOf(address)];
  const [, hop = ""] = / via (\S+)/.exec(runCommand("ip", "route", "get", address, "from", client, "iif", "behind0")) ?? [];
  return hop;
}

function withoutPrefix(address: string): string {
  return address.replace(/\/\d+$/, "");
}

/** How many TCP segments the router has refused because they were signed with another password. */
export function wrongPasswords(): number {
  const [names = "", values = ""] = readFileSync("/proc/net/netstat", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("TcpExt:"));
  return Number(values.split(" ")[names.split(" ").indexOf("TCPMD5Failure")]);
}

/** A program that speaks BGP and installs what it learns as routes. */
export interface Router {
  /** The network namespace in which it runs; undefined for that of this process. */
  readonly namespace: string | undefined;
  /** The kernel's name for its routes. */
  readonly protocol: string;
  /** The addresses of the nodes to which it has a session. */
  readonly sessions: () => readonly string[];
  readonly stop: () => Promise<void>;
}

/** Starts a router with a configuration as it stands in a file. It runs in the network namespace, if there is one. */
export type StartRouter = (configuration: string, namespace?: string) => Promise<Router>;

/** Starts FRR, and gives it the configuration as `vtysh` does with its file. */
export const startFrr: StartRouter = async (configuration, namespace) => {
  // The only folder that FRR writes to is private: the LAN has mounted a file system over /run.
  const folder = "/run/frr";
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  runCommand("chown", "frr:frr", folder);
  const daemons: ChildProcess[] = [];
  // What /etc/frr of this machine says does not matter.
  for (const name of ["zebra", "bgpd"]) {
    daemons.push(start(namespace, name, ["--config_file", "/dev/null", "--vty_addr", "127.0.0.1", "--log", "stdout"]));
    await eventually(() => existsSync(join(folder, `${name}.vty`)), `${name} does not start`, 20);
  }
  const { status, stdout, stderr } = runUnchecked("vtysh", ["--inputfile", writeConfiguration("frr", configuration)]);
  // It is silent if it understands everything.
  if (status !== 0 || `${stdout}${stderr}` !== "") {
    await stop(daemons);
    throw new Error(`vtysh: exit status ${status}\n${stderr}${stdout}`);
  }
  const sessions = () => {
    const families = JSON.parse(runCommand("vtysh", "--command", "show bgp summary established json")) as Record<
      string,
      { readonly peers?: Readonly<Record<string, unknown>> }
    >;
    return [...new Set(Object.values(families).flatMap(({ peers = {} }) => Object.keys(peers)))];
  };
  return { namespace, protocol: "bgp", sessions, stop: () => stop(daemons.toReversed()) };
};

/** Starts BIRD. */
export const startBird: StartRouter = async (configuration, namespace) => {
  const socket = join(scratch, "bird.ctl");
  const daemon = start(namespace, "bird", ["-f", "-c", writeConfiguration("bird", configuration), "-s", socket]);
  await eventually(() => runUnchecked("birdc", ["-s", socket, "show", "status"]).status === 0, "bird does not start", 20);
  const sessions = () => {
    const protocols = runCommand("birdc", "-s", socket, "show", "protocols", "all").split(/\n(?=\S)/);
    return protocols
      .filter((protocol) => /^ +BGP state: +Established$/m.test(protocol))
      .map((protocol) => /^ +Neighbor address: +(\S+)$/m.exec(protocol)?.[1] ?? "");
  };
  return { namespace, protocol: "bird", sessions, stop: () => stop([daemon]) };
};

/** The destinations that the kernel has learned from a router, as the kernel writes them: `10.50.0.1` and not `10.50.0.1/32`. */
export function learnedRoutes({ namespace, protocol }: Router): ReadonlyMap<string, readonly string[]> {
  const routes = new Map<string, string[]>();
  for (const family of ["-4", "-6"]) {
    const [program, ...options] = inNamespace(namespace, "ip", family);
    for (const line of runCommand(program, ...options, "route", "show", "proto", protocol).split("\n")) {
      const [, destination] = /^(\S+)/.exec(line) ?? [];
      if (destination !== undefined) routes.set(destination, [...(routes.get(destination) ?? [])]);
      const [, hop] = / via (\S+)/.exec(line) ?? [];
      if (hop !== undefined) [...routes.values()].at(-1)?.push(hop);
    }
  }
  return routes;
}

function start(namespace: string | undefined, program: string, options: readonly string[]): ChildProcess {
  const log = openSync(logFile(program), "a");
  const [executable, ...rest] = inNamespace(namespace, program, ...options);
  const child = spawn(executable, rest, { stdio: ["ignore", log, log] });
  closeSync(log);
  return child;
}

/** The command that runs a program in a network namespace, if there is one. */
function inNamespace(namespace: string | undefined, ...command: [string, ...string[]]): [string, ...string[]] {
  return namespace === undefined ? command : ["ip", "netns", "exec", namespace, ...command];
}

function logFile(program: string): string {
  return join(scratch, `${program}.log`);
}

function writeConfiguration(router: string, configuration: string): string {
  const file = join(scratch, `${router}.conf`);
  writeFileSync(file, configuration);
  return file;
}

async function stop(daemons: readonly ChildProcess[]): Promise<void> {
  for (const daemon of daemons) {
    if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
    const exit = new Promise((resolve) => daemon.once("exit", resolve));
    daemon.kill("SIGTERM");
    await exit;
  }
}

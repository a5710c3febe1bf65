import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Settings } from "../../components/inputs/settings.ts";
import { runUnchecked } from "../../tools/childProcess.mjs";
import { agentContainer, inAgentPod, writeAgentConfig } from "./agentPod.ts";
import { ciliumPrograms } from "./ciliumPrograms.ts";
import { type Cluster, eventually } from "./cluster.ts";
import { createControlGroup, removeControlGroup } from "./controlGroups.ts";
import { runCommand, scratch } from "./isolation.ts";
import { clientAddresses, familiesOf, familyOf, nodeAddress, nodePodRanges, prefixLengths } from "./lanAddresses.ts";
import { suiteData } from "./suiteData.ts";

/** What a node has to know about its cluster: the release that runs on it, and the families of its addresses. */
export type LanSettings = Pick<Settings, "ciliumVersion" | "namespace" | "podCidr" | "serviceCidr">;

/** A machine on the LAN. */
export class LanNode {
  readonly name: string;
  /** One of each family of `podCidr`, in its order. */
  readonly addresses: readonly string[];
  /** The ranges of its pods, one of each family. */
  readonly podRanges: readonly string[];
  readonly #cluster: Cluster;
  readonly #settings: LanSettings;
  readonly #folder: string;
  readonly #group: string;
  readonly #processes: ChildProcess[] = [];
  #agent: ChildProcess | undefined;

  constructor(cluster: Cluster, number: number, settings: LanSettings) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.name = `node-${number}`;
    this.addresses = familiesOf(settings.podCidr).map((family) => nodeAddress(number, family));
    this.podRanges = nodePodRanges(settings.podCidr, number);
    this.#folder = join(scratch, this.name);
    this.#group = createControlGroup();
    for (const folder of ["", "state", "bpf"]) mkdirSync(join(this.#folder, folder));
    runCommand("mount", "-t", "bpf", "none", join(this.#folder, "bpf"));
    runCommand("ip", "netns", "add", this.name);
    runCommand("ip", "link", "add", this.name, "type", "veth", "peer", "name", "eth0", "netns", this.name);
    runCommand("ip", "link", "set", this.name, "master", "lan0", "up");
    // A switch that does not know an address floods the frame to all ports. A network card drops such a frame, but Cilium would handle it.
    runCommand("ip", "link", "set", this.name, "type", "bridge_slave", "flood", "off");
    this.ip("link", "set", "lo", "up");
    for (const address of this.addresses) {
      // Do not let the node wait until it is certain that no other has its address.
      const options = familyOf(address) === "IPv6" ? ["nodad"] : [];
      this.ip("address", "add", `${address}/${prefixLengths[familyOf(address)]}`, "dev", "eth0", ...options);
    }
    this.ip("link", "set", "eth0", "up");
    for (const address of this.addresses) this.ip("route", "add", "default", "via", clientAddresses[familyOf(address)]);
    const node = { apiVersion: "v1", kind: "Node", metadata: { name: this.name, labels: { "kubernetes.io/os": "linux" } } };
    cluster.apply(JSON.stringify({ ...node, spec: { podCIDR: this.podRanges[0], podCIDRs: this.podRanges } }));
    const status = { addresses: this.addresses.map((address) => ({ type: "InternalIP", address })) };
    const { ok, output } = cluster.kubectl([
      "patch",
      "node",
      this.name,
      "--subresource",
      "status",
      "--type",
      "merge",
      "--patch",
      JSON.stringify({ status }),
    ]);
    if (!ok) throw new Error(output);
  }

  /** Its first address. */
  get address(): string {
    return this.addresses[0] ?? "";
  }

  /** The first range of its pods. */
  get podCidr(): string {
    return this.podRanges[0] ?? "";
  }

  /** `ip` on this node. */
  ip(...options: readonly string[]): string {
    return runCommand("ip", "-netns", this.name, ...options);
  }

  /** Starts a TypeScript program on this node. */
  start(script: string, ...options: readonly string[]): void {
    const file = join(import.meta.dirname, "..", "processes", script);
    this.#processes.push(spawn("ip", ["netns", "exec", this.name, process.execPath, file, ...options], { stdio: "inherit" }));
  }

  /**
   * Starts Cilium's agent of the release that is applied, with the rendered `cilium-config`, environment, capabilities and service account, and waits until it is ready.
   */
  async startAgent(): Promise<void> {
    const { namespace } = this.#settings;
    const configFolder = join(this.#folder, "config");
    writeAgentConfig(configFolder, this.#cluster.get("configmap", "cilium-config", namespace));
    const container = agentContainer(this.#cluster.get("daemonset", "cilium", namespace));
    const { environment, release } = container;
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
    writeFileSync(this.#kubeconfig, this.#cluster.kubeconfigFor("cilium", namespace, `https://${host ?? ""}:${port ?? ""}`));
    const library = join(this.#folder, `library-${release}`);
    const sources = join(suiteData("ciliumSources", release), "bpf");
    if (!existsSync(library)) cpSync(sources, join(library, "bpf"), { recursive: true });
    runCommand("chmod", "-R", "u+w", library);

    const agent = [
      ciliumPrograms(release).agent,
      `--config-dir=${configFolder}`,
      `--k8s-kubeconfig-path=${this.#kubeconfig}`,
      `--lib-dir=${library}`,
      // The health responder is a separate program, which is not built here.
      "--enable-endpoint-health-checking=false",
    ];
    const log = openSync(this.#logFile, "w");
    const inPod = inAgentPod(this.#group, this.#folder, container);
    const child = spawn("ip", ["netns", "exec", this.name, ...inPod, ...agent], {
      env: { ...process.env, ...environment, K8S_NODE_NAME: this.name, CILIUM_K8S_NAMESPACE: namespace },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.#agent = child;
    await eventually(
      () => {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`the agent of ${this.name} ended:\n${this.log().split("\n").slice(-20).join("\n")}`);
        return this.ciliumDbg("status", "--brief").includes("OK");
      },
      `the agent of ${this.name} is not ready`,
      180,
    );
  }

  /** Runs `cilium-dbg` on this node; returns its standard output. */
  ciliumDbg(...options: readonly string[]): string {
    return this.runInAgentPod("cilium-dbg", ...options);
  }

  /** Runs a command in the agent's pod; returns its standard output. */
  runInAgentPod(...command: readonly string[]): string {
    const namespaces = ["--target", String(this.#agent?.pid), "--mount", "--net", "--root"];
    return runUnchecked("nsenter", [...namespaces, ...command]).stdout;
  }

  log(): string {
    return readFileSync(this.#logFile, "utf8");
  }

  /** The effective capabilities of the agent's process. */
  get capabilities(): readonly string[] {
    return capabilitiesOf(String(this.#agent?.pid));
  }

  /** The path of the agent's program. */
  get agentProgram(): string {
    return readlinkSync(`/proc/${this.#agent?.pid}/exe`);
  }

  /** The memory of the agent's process, in MiB. */
  get agentMemory(): number {
    const [, kilobytes = ""] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#agent?.pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) / 1024;
  }

  /** Kills the agent without notice. */
  async killAgent(): Promise<void> {
    const agent = this.#agent;
    this.#agent = undefined;
    if (agent === undefined) return;
    const exit = new Promise((resolve) => agent.once("exit", resolve));
    writeFileSync(join(this.#group, "cgroup.kill"), "1");
    await exit;
  }

  /** Disconnects the node from the LAN. */
  unplug(): void {
    runCommand("ip", "link", "set", this.name, "down");
  }

  /** Starts the node as after a reboot: connects it, and starts the agent without the state of an earlier one. */
  async boot(): Promise<void> {
    await this.stopAgent();
    // Keep the kernel's own two files in the BPF file system.
    runCommand(
      "find",
      join(this.#folder, "state"),
      join(this.#folder, "bpf"),
      "-mindepth",
      "1",
      "!",
      "-name",
      "*.debug",
      "-delete",
    );
    runCommand("ip", "link", "set", this.name, "up");
    await this.startAgent();
  }

  /** Stops the agent like the kubelet, with a grace period of one second. */
  async stopAgent(): Promise<void> {
    const agent = this.#agent;
    this.#agent = undefined;
    if (agent === undefined) return;
    // It may have ended by itself.
    if (agent.exitCode !== null || agent.signalCode !== null) return;
    const exit = new Promise((resolve) => agent.once("exit", resolve));
    agent.kill("SIGTERM");
    const timer = setTimeout(() => {
      writeFileSync(join(this.#group, "cgroup.kill"), "1");
    }, 1_000);
    await exit;
    clearTimeout(timer);
  }

  /** Restarts the agent, as the DaemonSet does. The node has none for some seconds, as while it pulls an image. */
  async restartAgent(secondsWithout = 0): Promise<void> {
    await this.stopAgent();
    await sleep(secondsWithout * 1000);
    await this.startAgent();
  }

  async stop(): Promise<void> {
    await this.stopAgent();
    for (const child of this.#processes) child.kill("SIGKILL");
    // Kill the children of the agent too.
    writeFileSync(join(this.#group, "cgroup.kill"), "1");
    await eventually(() => removeControlGroup(this.#group), "the control group is in use");
  }

  get #kubeconfig() {
    return join(this.#folder, "kubeconfig");
  }
  get #logFile() {
    return join(this.#folder, "agent.log");
  }
}

/** The effective capabilities of a process, such as `NET_ADMIN`. */
export function capabilitiesOf(pid: string): readonly string[] {
  const [, mask = ""] = /^CapEff:\t(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  const [, names = ""] = runCommand("capsh", `--decode=${mask}`).trim().split("=");
  return names.split(",").map((name) => name.replace("cap_", "").toUpperCase());
}

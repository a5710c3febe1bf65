import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { agentContainer, inAgentPod, writeAgentConfig } from "./agentPod.ts";
import { ciliumPrograms } from "./ciliumPrograms.ts";
import { Cluster, eventually } from "./cluster.ts";
import { createControlGroup, mountControlGroups, removeControlGroup } from "./controlGroups.ts";
import { mountPrivateFolders, runCommand, scratch } from "./isolation.ts";
import { clientAddress } from "./lanAddresses.ts";
import { readCiliumCrds, suiteData } from "./suiteData.ts";
import { createLan } from "./virtualLan.ts";

/** What the agent says to a configuration. */
export interface Verdict {
  /** Whether the agent accepts the configuration: it validates it and goes on. */
  readonly starts: boolean;
  /** Whether this machine's kernel kept the agent from judging. */
  readonly isUndecided: boolean;
  /** The agent's own words if it does not start. Empty if it does. */
  readonly reason: string;
}

/**
 * The log lines of an agent that has validated its configuration: it sets up the network, for which these trials have no compiler and the
 * kernel may lack a kind of device, or it waits for the operator, which is not part of a trial.
 */
const accepts = new RegExp(
  [
    'exec: \\\\?"clang\\\\?": executable file not found',
    "Failed to initialize datapath, retrying later",
    "Waiting for podCIDR pool to become available",
  ].join("|"),
);

/** The errors of an agent whose kernel lacks a feature, so that it does not get as far as the configuration. */
const lacksKernelFeature = /WireGuard not supported by the Linux kernel|netkit devices need kernel|netkit device probe failed/;

/** The last words of an agent that refuses its configuration. It may then take a long time to end. */
const ends = /level=fatal|msg="Failed to start hive"/;

/**
 * Starts Cilium's real agent on rendered configurations, each time on a fresh node with a network, a mount and a cgroup namespace of its
 * own, until it accepts or refuses the configuration. Needs `isolate` first, and no clang on PATH.
 */
export class AgentTrials {
  readonly #cluster: Cluster;
  readonly #release: string;
  readonly #idle: number[];
  readonly #waiting: ((slot: number) => void)[] = [];
  #count = 0;

  /** Starts an API server with the kinds of this release, and registers as many nodes as trials may run at once. */
  static async start(release: string, { atOnce }: { readonly atOnce: number }): Promise<AgentTrials> {
    mountPrivateFolders();
    mountControlGroups();
    createLan();
    const cluster = await Cluster.start(clientAddress);
    for (const crd of readCiliumCrds(release)) cluster.apply(crd);
    return new AgentTrials(cluster, release, atOnce);
  }

  private constructor(cluster: Cluster, release: string, atOnce: number) {
    this.#cluster = cluster;
    this.#release = release;
    this.#idle = Array.from({ length: atOnce }, (_, index) => index + 1);
    for (const slot of this.#idle) this.#registerNode(slot);
  }

  /** Lets the agent judge the configuration in these rendered objects. */
  async judge(objects: readonly KubernetesObject[]): Promise<Verdict> {
    const slot = this.#idle.pop() ?? (await new Promise<number>((resolve) => this.#waiting.push(resolve)));
    const trial = new Trial(this.#cluster, slot, ++this.#count);
    try {
      return await trial.run(
        ciliumPrograms(this.#release).agent,
        objects,
        join(suiteData("ciliumSources", this.#release), "bpf"),
      );
    } finally {
      await trial.end();
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(slot);
      else next(slot);
    }
  }

  stop(): Promise<void> {
    return this.#cluster.stop();
  }

  #registerNode(slot: number): void {
    const name = `node-${slot}`;
    const podCIDRs = [`10.244.${slot}.0/24`, `fd40:10:${slot}::/64`];
    this.#cluster.apply(
      JSON.stringify({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name, labels: { "kubernetes.io/os": "linux" } },
        spec: { podCIDR: podCIDRs[0], podCIDRs },
      }),
    );
    const addresses = [
      { type: "InternalIP", address: addressOf(slot) },
      { type: "InternalIP", address: addressOf(slot, 6) },
    ];
    const patch = JSON.stringify({ status: { addresses } });
    const { ok, output } = this.#cluster.kubectl([
      "patch",
      "node",
      name,
      "--subresource",
      "status",
      "--type",
      "merge",
      "-p",
      patch,
    ]);
    if (!ok) throw new Error(output);
  }
}

function addressOf(slot: number, family: 4 | 6 = 4): string {
  return family === 4 ? `192.168.1.${10 + slot}` : `fd00:1::${10 + slot}`;
}

/** One run of the agent. */
class Trial {
  readonly #cluster: Cluster;
  readonly #node: string;
  readonly #slot: number;
  readonly #folder: string;
  readonly #group: string;
  readonly #log: string;
  #agent: ChildProcess | undefined;

  constructor(cluster: Cluster, slot: number, count: number) {
    this.#cluster = cluster;
    this.#slot = slot;
    this.#node = `node-${slot}`;
    this.#folder = join(scratch, `trial-${count}`);
    this.#log = join(this.#folder, "agent.log");
    this.#group = createControlGroup();
    for (const folder of ["", "state", "bpf"]) mkdirSync(join(this.#folder, folder));
    const bpf = join(this.#folder, "bpf");
    runCommand("mount", "-t", "bpf", "none", bpf);
    // Agents of 1.19 create a map here before something else has created the folder, or after it: the order differs from start to start.
    mkdirSync(join(bpf, "tc", "globals"), { recursive: true });
    this.#createNetwork();
    this.#createCiliumNode();
  }

  async run(program: string, objects: readonly KubernetesObject[], sources: string): Promise<Verdict> {
    const find = (kind: string, name: string) => objects.find((object) => object.kind === kind && object.metadata.name === name);
    const configFolder = join(this.#folder, "config");
    writeAgentConfig(configFolder, find("ConfigMap", "cilium-config"));
    const container = agentContainer(find("DaemonSet", "cilium"));
    const secrets = join(this.#folder, "secrets");
    mkdirSync(secrets);
    const keyFile = join(secrets, "keys");
    writeFileSync(keyFile, "3+ rfc4106(gcm(aes)) 44434241343332312423222114131211f4f3f2f1 128\n");
    const log = openSync(this.#log, "w");
    const agent = [
      program,
      `--config-dir=${configFolder}`,
      // The administrator: the suite lan judges the rendered permissions.
      `--k8s-kubeconfig-path=${this.#cluster.kubeconfig}`,
      `--lib-dir=${join(sources, "..")}`,
      // On a cluster, Secrets are mounted here.
      `--ipsec-key-file=${keyFile}`,
      `--clustermesh-config=${secrets}`,
      `--ip-masq-agent-config-path=${join(secrets, "ip-masq-agent")}`,
      // The health responder is a separate program, which is not built here.
      "--enable-endpoint-health-checking=false",
    ];
    const child = spawn("ip", ["netns", "exec", this.#node, ...inAgentPod(this.#group, this.#folder, container), ...agent], {
      env: { ...process.env, ...container.environment, K8S_NODE_NAME: this.#node, CILIUM_K8S_NAMESPACE: "kube-system" },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.#agent = child;
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null || ends.test(this.#read());
    try {
      await eventually(
        () => accepts.test(this.#read()) || hasEnded(),
        "the agent neither accepts nor refuses its configuration",
        120,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${lastLines(this.#read())}`, { cause: error });
    }
    const text = this.#read();
    if (accepts.test(text)) return { starts: true, isUndecided: false, reason: "" };
    return { starts: false, isUndecided: lacksKernelFeature.test(text), reason: lastWords(text) };
  }

  async end(): Promise<void> {
    writeFileSync(join(this.#group, "cgroup.kill"), "1");
    await eventually(() => removeControlGroup(this.#group), "the control group is in use");
    this.#agent?.kill("SIGKILL");
    // The kernel deletes a namespace later. Deleting the link at once frees its name for the next trial.
    runCommand("ip", "link", "delete", this.#node);
    runCommand("ip", "netns", "delete", this.#node);
    runCommand("umount", join(this.#folder, "bpf"));
    // The files stay: they are in memory that ends with this process, and a process that is just ending may still write them.
  }

  #read(): string {
    return readFileSync(this.#log, "utf8");
  }

  #createNetwork(): void {
    const ip = (...options: readonly string[]) => runCommand("ip", "-netns", this.#node, ...options);
    runCommand("ip", "netns", "add", this.#node);
    // Every trial of this node has the same MAC address, so that the router need not notice a new one.
    const peer = ["peer", "name", "eth0", "address", `02:00:00:00:00:0${this.#slot}`, "netns", this.#node];
    runCommand("ip", "link", "add", this.#node, "type", "veth", ...peer);
    runCommand("ip", "link", "set", this.#node, "master", "lan0", "up");
    ip("link", "set", "lo", "up");
    ip("address", "add", `${addressOf(this.#slot)}/24`, "dev", "eth0");
    ip("address", "add", `${addressOf(this.#slot, 6)}/64`, "dev", "eth0", "nodad");
    ip("link", "set", "eth0", "up");
    ip("route", "add", "default", "via", clientAddress);
  }

  /** The operator is not part of the trial, so assign the ranges that it would assign in the IPAM modes that need it. */
  #createCiliumNode(): void {
    const name = this.#node;
    this.#cluster.kubectl(["delete", "ciliumnode", name, "--ignore-not-found"]);
    const podCIDRs = [`10.244.${this.#slot}.0/24`, `fd40:10:${this.#slot}::/64`];
    const pools = { allocated: [{ pool: "default", cidrs: podCIDRs }] };
    this.#cluster.apply(
      JSON.stringify({ apiVersion: "cilium.io/v2", kind: "CiliumNode", metadata: { name }, spec: { ipam: { podCIDRs, pools } } }),
    );
  }
}

/** The agent's reason, without the time and the fields around it. */
function lastWords(log: string): string {
  const line = log.split("\n").findLast((each) => ends.test(each) || each.startsWith("panic:"));
  return line?.replace(/^time=\S+ /, "") ?? lastLines(log);
}

function lastLines(log: string): string {
  return log.trim().split("\n").slice(-5).join("\n");
}

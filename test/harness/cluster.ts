import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { closeSync, globSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning } from "../../commands/lib/stack.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { runUnchecked } from "../../tools/childProcess.mjs";
import { ciliumPrograms } from "./ciliumPrograms.ts";
import { urlHost } from "./lanAddresses.ts";

/** The outcome of a kubectl command. */
export interface KubectlResult {
  readonly ok: boolean;
  /** Standard output, or on failure the command with its exit status and output. */
  readonly output: string;
}

/** Cilium's operator, which runs. */
export interface Operator {
  /** Kills it. */
  readonly stop: () => Promise<void>;
  readonly log: () => string;
  /** Whether it has ended by itself. */
  readonly hasEnded: () => boolean;
}

/** A real API server with etcd, and Cilium's real operator, on free ports. */
export class Cluster {
  readonly #folder = newFolder();
  readonly #processes: ChildProcess[] = [];
  /** The administrator's kubeconfig. */
  readonly kubeconfig = join(this.#folder, "kubeconfig");
  readonly #address: string;
  readonly #serviceCidr: string;
  #server = "";
  #apiServerFlags: readonly string[] = [];
  #apiServer: ChildProcess | undefined;

  /** Starts etcd and the API server, which listens on this address, and takes ClusterIPs from this range, or these two with a comma. */
  static async start(address = "127.0.0.1", serviceCidr = "10.96.0.0/12"): Promise<Cluster> {
    const cluster = new Cluster(address, serviceCidr);
    try {
      await cluster.#startControlPlane();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  private constructor(address: string, serviceCidr: string) {
    this.#address = address;
    this.#serviceCidr = serviceCidr;
  }

  /** Stops all processes and removes their files. */
  async stop(): Promise<void> {
    await Promise.all(this.#processes.map(endProcess));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs kubectl; `-f -` reads `input`. */
  kubectl(args: readonly string[], input = ""): KubectlResult {
    const { status, stdout, stderr } = runUnchecked("kubectl", ["--kubeconfig", this.kubeconfig, ...args], { input });
    if (status === 0) return { ok: true, output: stdout };
    return { ok: false, output: `kubectl ${args.join(" ")}: exit status ${status}\n${stderr}${stdout}` };
  }

  /** `kubectl apply --server-side` with strict validation. Throws the API server's error. */
  apply(manifest: string, manager = "kubectl"): void {
    const { ok, output } = this.kubectl(
      ["apply", "--server-side", "--force-conflicts", "--field-manager", manager, "--validate=strict", "-f", "-"],
      manifest,
    );
    if (!ok) throw new Error(output);
  }

  /** Reads an object from the API server; undefined if there is none. */
  get(kind: string, name: string, namespace = "default"): KubernetesObject | undefined {
    const { ok, output } = this.kubectl(["get", kind, name, "--namespace", namespace, "--output", "json"]);
    return ok ? (JSON.parse(output) as KubernetesObject) : undefined;
  }

  /**
   * Starts Cilium's operator of the release that is applied, with the `cilium-config` and the service account of the cluster, so that it has
   * exactly the rendered permissions.
   */
  async startOperator(namespace = "kube-system"): Promise<Operator> {
    const config = this.get("configmap", "cilium-config", namespace)?.["data"] as Record<string, string> | undefined;
    if (config === undefined) throw new Error("apply the manifest first: there is no cilium-config");
    const program = ciliumPrograms(this.#appliedRelease(namespace)).operator;
    const folder = mkdtempSync(join(this.#folder, "operator-"));
    for (const [key, value] of Object.entries(config)) writeFileSync(join(folder, key), value);
    const kubeconfig = `${folder}.kubeconfig`;
    writeFileSync(kubeconfig, this.kubeconfigFor("cilium-operator", namespace));
    const [apiPort, prometheusPort, gopsPort] = (await freePorts(3)) as [number, number, number];
    const process = this.#spawn(
      program,
      [
        `--config-dir=${folder}`,
        `--k8s-kubeconfig-path=${kubeconfig}`,
        `--operator-api-serve-addr=127.0.0.1:${apiPort}`,
        `--operator-prometheus-serve-addr=127.0.0.1:${prometheusPort}`,
        `--gops-port=${gopsPort}`,
        // A new operator waits until the lease of a killed one has expired.
        "--leader-election-lease-duration=3s",
        "--leader-election-renew-deadline=2s",
        "--leader-election-retry-period=500ms",
      ],
      { CILIUM_K8S_NAMESPACE: namespace },
      `${folder}.log`,
    );
    const hasEnded = () => runUnchecked("pgrep", ["--full", `^${program} --config-dir=${folder} `]).status !== 0;
    return { stop: () => endProcess(process), log: () => readFileSync(`${folder}.log`, "utf8"), hasEnded };
  }

  /** Starts the operator while Cilium is being installed: as soon as everything that it needs is there. */
  async startOperatorWhenInstalled(namespace = "kube-system", seconds = 200): Promise<Operator> {
    const missing = () =>
      [
        ["configmap", "cilium-config"],
        ["deployment", "cilium-operator"],
        ["serviceaccount", "cilium-operator"],
        ["clusterrole", "cilium-operator"],
        ["clusterrolebinding", "cilium-operator"],
      ].filter(([kind = "", name = ""]) => this.get(kind, name, namespace) === undefined);
    await eventually(
      () => missing().length === 0,
      () => `not installed: ${missing().map(String).join(", ")}`,
      seconds,
    );
    return this.startOperator(namespace);
  }

  /** The release of Cilium that is applied, from the image of its operator. */
  #appliedRelease(namespace: string): string {
    const deployment = JSON.stringify(this.get("deployment", "cilium-operator", namespace));
    const [, release] = /"image":"[^"]*:v(\d+\.\d+\.\d+)[@"]/.exec(deployment) ?? [];
    if (release === undefined) throw new Error("apply the manifest first: there is no operator of Cilium");
    return release;
  }

  /** Creates a kubeconfig for a service account, which has the rendered permissions. `server` is the URL at which the client reaches the API server. */
  kubeconfigFor(account: string, namespace: string, server = this.#server): string {
    const { ok, output } = this.kubectl(["create", "token", account, "--namespace", namespace]);
    if (!ok) throw new Error(output);
    return kubeconfigOf(server, output.trim());
  }

  /** The URL of the API server. */
  get server(): URL {
    return new URL(this.#server);
  }

  /**
   * Starts the controllers, the scheduler, and nodes whose kubelets are simulated: pods that are scheduled there become ready, but nothing
   * runs in them.
   */
  startNodes(...names: readonly string[]): void {
    this.#startNodes(names);
  }

  /** Like `startNodes`, with one node that has this address. Nothing connects to it. */
  startNodeAt(address: string, name: string): void {
    // A controller that misses a heartbeat sets the pods to not ready, and nobody sets them to ready again.
    this.#startNodes([name], { kwok: [`--node-ip=${address}`], controllers: ["--node-monitor-grace-period=1h"] });
  }

  /**
   * Like `startNodes`, with kubelets that run commands and have logs for the pods. The file configures them, and the folder has the commands.
   *
   * @see https://kwok.sigs.k8s.io/docs/user/exec-configuration/
   */
  async startNodesWithPods(configuration: string, commands: string, ...names: readonly string[]): Promise<void> {
    const [port] = (await freePorts(1)) as [number];
    const address = `--server-address=127.0.0.1:${port}`;
    this.#startNodes(names, {
      kwok: [`--config=${configuration}`, "--node-ip=127.0.0.1", `--node-port=${port}`, address],
      environment: { PATH: `${commands}:${process.env["PATH"]}` },
    });
  }

  #startNodes(
    names: readonly string[],
    {
      kwok = [],
      controllers = [],
      environment = {},
    }: {
      readonly kwok?: readonly string[];
      readonly controllers?: readonly string[];
      readonly environment?: NodeJS.ProcessEnv;
    } = {},
  ): void {
    const kubeconfig = `--kubeconfig=${this.kubeconfig}`;
    this.#spawn("kube-controller-manager", [
      kubeconfig,
      "--leader-elect=false",
      "--secure-port=0",
      ...controllers,
      "--allocate-node-cidrs",
      "--cluster-cidr=10.244.0.0/16",
      `--service-account-private-key-file=${join(this.#folder, "accounts.key")}`,
    ]);
    this.#spawn("kube-scheduler", [kubeconfig, "--leader-elect=false", "--secure-port=0"]);
    this.#spawn("kwok", [kubeconfig, "--manage-all-nodes", ...kwok], environment);
    const labels = (name: string) => ({ "kubernetes.io/os": "linux", "kubernetes.io/hostname": name });
    const node = (name: string) => ({ apiVersion: "v1", kind: "Node", metadata: { name, labels: labels(name) } });
    this.apply(names.map((name) => `---\n${JSON.stringify(node(name))}\n`).join(""));
  }

  async #startControlPlane(): Promise<void> {
    const [etcdPort, peerPort, apiServerPort] = (await freePorts(3)) as [number, number, number];
    const file = (name: string) => join(this.#folder, name);
    const etcd = `http://127.0.0.1:${etcdPort}`;
    this.#spawn("etcd", [
      `--data-dir=${file("etcd")}`,
      "--unsafe-no-fsync",
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      "--log-level=error",
    ]);
    // An API server that does not reach etcd waits a minute before it tries again.
    await eventually(async () => (await fetch(`${etcd}/health`).catch(() => undefined))?.ok === true, "etcd does not come up");
    const { privateKey, publicKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    writeFileSync(file("accounts.key"), privateKey);
    writeFileSync(file("accounts.pub"), publicKey);
    writeFileSync(file("tokens.csv"), "administrator,administrator,administrator,system:masters\n");
    this.#server = `https://${urlHost(this.#address)}:${apiServerPort}`;
    writeFileSync(this.kubeconfig, kubeconfigOf(this.#server, "administrator"));
    this.#apiServerFlags = [
      `--etcd-servers=${etcd}`,
      `--bind-address=${this.#address}`,
      `--secure-port=${apiServerPort}`,
      `--cert-dir=${file("certificates")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${file("accounts.pub")}`,
      `--service-account-signing-key-file=${file("accounts.key")}`,
      `--token-auth-file=${file("tokens.csv")}`,
      "--authorization-mode=RBAC",
      "--allow-privileged",
      `--service-cluster-ip-range=${this.#serviceCidr}`,
    ];
    await this.startApiServer();
  }

  /** Starts the API server, or restarts it after `stopApiServer`. */
  async startApiServer(): Promise<void> {
    this.#apiServer = this.#spawn("kube-apiserver", this.#apiServerFlags);
    // A request to an API server that is still starting can hang for a minute.
    const ready = () => this.kubectl(["get", "namespace", "kube-system", "--request-timeout=2s"]).ok;
    await eventually(ready, "the API server does not come up");
  }

  /** Stops the API server; its objects stay in etcd. */
  async stopApiServer(): Promise<void> {
    if (this.#apiServer !== undefined) await endProcess(this.#apiServer);
  }

  #spawn(
    program: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    log = join(this.#folder, `${program}.log`),
  ) {
    // Write directly to a file: while this process waits for a command, it would not read a pipe, and a full pipe blocks the program.
    const output = openSync(log, "w");
    // The shell kills the program when standard input ends, which happens as soon as this process is gone, for whatever reason.
    const child = spawn("sh", ["-c", '"$@" & read -r _; kill -9 $!; wait', "sh", program, ...args], {
      env: { ...process.env, ...environment },
      stdio: ["pipe", output, output],
    });
    closeSync(output);
    this.#processes.push(child);
    return child;
  }
}

/** Creates a folder for a cluster. Removes folders of killed processes first. */
function newFolder(): string {
  for (const folder of globSync(join(tmpdir(), "cilium-test-cluster-*"))) {
    const [, owner = ""] = /cluster-(\d+)-/.exec(folder) ?? [];
    if (!isRunning(Number(owner))) rmSync(folder, { recursive: true, force: true });
  }
  return mkdtempSync(join(tmpdir(), `cilium-test-cluster-${process.pid}-`));
}

/** Waits until a condition holds. Throws `problem` if it does not hold in time; a function says what is wrong at the end. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  problem: string | (() => string),
  seconds = 60,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${typeof problem === "string" ? problem : problem()}, even after ${seconds} s`);
    await sleep(300);
  }
}

function kubeconfigOf(server: string, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "test", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}

export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Ends a program of `#spawn` and waits until it is gone. */
async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.stdin?.end();
  const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await closed;
  clearTimeout(timer);
}

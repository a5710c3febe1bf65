import { spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { closeSync, globSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning } from "../../commands/lib/stack.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { runUnchecked } from "../../tools/childProcess.mjs";

/** What kubectl said to a request. */
export interface KubectlResult {
  readonly ok: boolean;
  readonly output: string;
}

/** A real API server with its etcd, and Cilium's real operator, on free ports of the loopback interface. */
export class Cluster {
  readonly #folder = newFolder();
  readonly #processes: ChildProcess[] = [];
  /** The administrator's kubeconfig. */
  readonly kubeconfig = join(this.#folder, "kubeconfig");
  readonly #address: string;
  #server = "";
  #apiServerFlags: readonly string[] = [];
  #apiServer: ChildProcess | undefined;

  /** Starts etcd and the API server, which listens at this address. */
  static async start(address = "127.0.0.1"): Promise<Cluster> {
    const cluster = new Cluster(address);
    try {
      await cluster.#startControlPlane();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  private constructor(address: string) {
    this.#address = address;
  }

  /** Stops everything and removes what it kept. */
  async stop(): Promise<void> {
    await Promise.all(this.#processes.map(ended));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs kubectl; standard input is what `-f -` reads. */
  kubectl(args: readonly string[], input = ""): KubectlResult {
    const { status, stdout, stderr } = runUnchecked("kubectl", ["--kubeconfig", this.kubeconfig, ...args], { input });
    if (status === 0) return { ok: true, output: stdout };
    return { ok: false, output: `kubectl ${args.join(" ")}: exit status ${status}\n${stderr}${stdout}` };
  }

  /** `kubectl apply --server-side` with strict validation. Throws what the API server has against it. */
  apply(manifest: string, manager = "kubectl"): void {
    const { ok, output } = this.kubectl(
      ["apply", "--server-side", "--force-conflicts", "--field-manager", manager, "--validate=strict", "-f", "-"],
      manifest,
    );
    if (!ok) throw new Error(output);
  }

  /** An object as the API server gives it back, or undefined. */
  get(kind: string, name: string, namespace = "default"): KubernetesObject | undefined {
    const { ok, output } = this.kubectl(["get", kind, name, "--namespace", namespace, "--output", "json"]);
    return ok ? (JSON.parse(output) as KubernetesObject) : undefined;
  }

  /**
   * Starts Cilium's operator with the `cilium-config` that is in the cluster and as the service account that is there, so that the
   * rendered permissions are the ones that count. Returns how to stop it, its log, and whether it has ended by itself.
   */
  async startOperator(
    namespace = "kube-system",
  ): Promise<{ stop: () => Promise<void>; log: () => string; hasEnded: () => boolean }> {
    const config = this.get("configmap", "cilium-config", namespace)?.["data"] as Record<string, string> | undefined;
    if (config === undefined) throw new Error("apply the manifest first: there is no cilium-config");
    const folder = mkdtempSync(join(this.#folder, "operator-"));
    for (const [key, value] of Object.entries(config)) writeFileSync(join(folder, key), value);
    const kubeconfig = `${folder}.kubeconfig`;
    writeFileSync(kubeconfig, this.kubeconfigFor("cilium-operator", namespace));
    const ports = await freePorts(3);
    const process = this.#spawn(
      "cilium-operator",
      [
        `--config-dir=${folder}`,
        `--k8s-kubeconfig-path=${kubeconfig}`,
        `--operator-api-serve-addr=127.0.0.1:${ports[0]}`,
        `--operator-prometheus-serve-addr=127.0.0.1:${ports[1]}`,
        `--gops-port=${ports[2]}`,
        // A new operator waits until the lease of one that was killed has run out.
        ...["--leader-election-lease-duration=3s", "--leader-election-renew-deadline=2s", "--leader-election-retry-period=500ms"],
      ],
      { CILIUM_K8S_NAMESPACE: namespace },
      `${folder}.log`,
    );
    const hasEnded = () => runUnchecked("pgrep", ["--full", `^cilium-operator --config-dir=${folder} `]).status !== 0;
    return { stop: () => ended(process), log: () => readFileSync(`${folder}.log`, "utf8"), hasEnded };
  }

  /** The kubeconfig of a service account, whose permissions are the rendered ones; the API server may be reached by another address. */
  kubeconfigFor(account: string, namespace: string, server = this.#server): string {
    const { ok, output } = this.kubectl(["create", "token", account, "--namespace", namespace]);
    if (!ok) throw new Error(output);
    return kubeconfigOf(server, output.trim());
  }

  /** The address and the port of the API server. */
  get server(): URL {
    return new URL(this.#server);
  }

  /**
   * Starts the controllers and the scheduler, and nodes with somebody who plays their kubelets: pods that are scheduled there become
   * ready, though nothing runs in them.
   */
  startNodes(...names: readonly string[]): void {
    const access = ["--kubeconfig", this.kubeconfig];
    const alone = ["--leader-elect=false", "--secure-port=0"];
    this.#spawn("kube-controller-manager", [
      ...[...access, ...alone, "--allocate-node-cidrs", "--cluster-cidr=10.244.0.0/16"],
      ...["--service-account-private-key-file", join(this.#folder, "accounts.key")],
    ]);
    this.#spawn("kube-scheduler", [...access, ...alone]);
    this.#spawn("kwok", [...access, "--manage-all-nodes"]);
    const labels = (name: string) => ({ "kubernetes.io/os": "linux", "kubernetes.io/hostname": name });
    const node = (name: string) => ({ apiVersion: "v1", kind: "Node", metadata: { name, labels: labels(name) } });
    this.apply(names.map((name) => `---\n${JSON.stringify(node(name))}\n`).join(""));
  }

  async #startControlPlane(): Promise<void> {
    const [client, peer, secure] = (await freePorts(3)) as [number, number, number];
    const file = (name: string) => join(this.#folder, name);
    const etcd = `http://127.0.0.1:${client}`;
    this.#spawn("etcd", [
      ...["--data-dir", file("etcd"), "--unsafe-no-fsync", "--listen-client-urls", etcd, "--advertise-client-urls", etcd],
      ...["--listen-peer-urls", `http://127.0.0.1:${peer}`, "--log-level", "error"],
    ]);
    // An API server that finds no etcd waits a minute before it looks again.
    await eventually(async () => (await fetch(`${etcd}/health`).catch(() => undefined))?.ok === true, "etcd does not come up");
    const { privateKey, publicKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    writeFileSync(file("accounts.key"), privateKey);
    writeFileSync(file("accounts.pub"), publicKey);
    writeFileSync(file("tokens.csv"), "administrator,administrator,administrator,system:masters\n");
    this.#server = `https://${this.#address}:${secure}`;
    writeFileSync(this.kubeconfig, kubeconfigOf(this.#server, "administrator"));
    this.#apiServerFlags = [
      ...[
        "--etcd-servers",
        etcd,
        "--bind-address",
        this.#address,
        "--secure-port",
        String(secure),
        "--cert-dir",
        file("certificates"),
      ],
      ...["--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", file("accounts.pub")],
      ...["--service-account-signing-key-file", file("accounts.key"), "--token-auth-file", file("tokens.csv")],
      ...["--authorization-mode", "RBAC", "--allow-privileged", "--service-cluster-ip-range", "10.96.0.0/12"],
    ];
    await this.startApiServer();
  }

  /** Starts the API server, again after `stopApiServer`. */
  async startApiServer(): Promise<void> {
    this.#apiServer = this.#spawn("kube-apiserver", this.#apiServerFlags);
    // A request that meets an API server which is only half there can hang for a minute.
    const ready = () => this.kubectl(["get", "namespace", "kube-system", "--request-timeout=2s"]).ok;
    await eventually(ready, "the API server does not come up");
  }

  /** Kills the API server; what it knows stays in etcd. */
  async stopApiServer(): Promise<void> {
    if (this.#apiServer !== undefined) await ended(this.#apiServer);
  }

  #spawn(
    program: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    log = join(this.#folder, `${program}.log`),
  ) {
    // Straight into the file: a pipe that nobody reads while a command is waited for would fill up, and then the program stands still.
    const output = openSync(log, "w");
    // The shell ends the program when its own standard input does: when this process is gone, whatever the reason.
    const child = spawn("sh", ["-c", '"$@" & read -r _; kill -9 $!; wait', "sh", program, ...args], {
      env: { ...process.env, ...environment },
      stdio: ["pipe", output, output],
    });
    closeSync(output);
    this.#processes.push(child);
    return child;
  }
}

/** A folder for a cluster, after those are gone that a process has left which was killed. */
function newFolder(): string {
  for (const left of globSync(join(tmpdir(), "cilium-test-cluster-*"))) {
    const [, owner = ""] = /cluster-(\d+)-/.exec(left) ?? [];
    if (!isRunning(Number(owner))) rmSync(left, { recursive: true, force: true });
  }
  return mkdtempSync(join(tmpdir(), `cilium-test-cluster-${process.pid}-`));
}

/** Waits until something holds. */
export async function eventually(holds: () => boolean | Promise<boolean>, otherwise: string, seconds = 60): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${otherwise}, even after ${seconds} s`);
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

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.stdin?.end();
  const patience = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await closed;
  clearTimeout(patience);
}

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generate } from "selfsigned";
import { Cluster, eventually, freePorts } from "./cluster.ts";
import { TalosNodes } from "./talosNode.ts";

/** The version of the bench's Kubernetes. */
export const benchKubernetes = "1.34.2";

const nodeAddress = "192.0.2.10";
const components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

/** A cluster of one control plane that Talos can sync: a real API server, a simulated kubelet, and a simulated Talos API. */
export class SyncBench {
  readonly cluster: Cluster;
  readonly #kubeconfig: string;
  readonly machines: TalosNodes;
  /** The address of the control plane in the cluster. Nothing connects to it. */
  readonly node = nodeAddress;

  /** Starts the cluster. With `isMember`, the machine is a part of it from the start, otherwise after a bootstrap. */
  static async start({ isMember = true } = {}): Promise<SyncBench> {
    const cluster = await Cluster.start();
    try {
      cluster.startNodeAt(nodeAddress, "cp-1");
      await prepareNode(cluster);
      const [port] = await freePorts(1);
      const kubeconfig = await writeTalosKubeconfig(cluster);
      const machines = await TalosNodes.startAt([`127.0.0.1:${port}`], kubeconfig, isMember);
      return new SyncBench(cluster, machines, kubeconfig);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  private constructor(cluster: Cluster, machines: TalosNodes, kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
    this.cluster = cluster;
    this.machines = machines;
  }

  /**
   * How many times Talos has synced since a config came from the stack. Before it syncs, it writes the image of kube-proxy to the config. A dry
   * run sends the config back as it is.
   */
  syncs(): number {
    const hasImage = (config: string) => config.includes(`kube-proxy:v${benchKubernetes}`);
    const configs = this.machines.events.filter(({ event }) => event === "taken").map(({ config }) => config);
    return configs.filter((config, index) => hasImage(config) && !hasImage(configs[index - 1] ?? "")).length;
  }

  /** From now on, the kubeconfig that Talos gives leads to an API server that does not answer. */
  cutOff(): void {
    const content = readFileSync(this.#kubeconfig, "utf8");
    writeFileSync(this.#kubeconfig, content.replace(this.cluster.server.origin, "https://127.0.0.1:1"));
  }

  /** Ends `cutOff`. */
  reconnect(): void {
    const content = readFileSync(this.#kubeconfig, "utf8");
    writeFileSync(this.#kubeconfig, content.replace(/https:\/\/127\.0\.0\.1:1(?=")/, this.cluster.server.origin));
  }

  async stop(): Promise<void> {
    this.machines.stop();
    await this.cluster.stop();
  }
}

/** A kubeconfig as Talos gives: with the authority of the API server, and a certificate of the client. The token is what counts here. */
async function writeTalosKubeconfig(cluster: Cluster): Promise<string> {
  const folder = dirname(cluster.kubeconfig);
  const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
  const { clusters, users, ...rest } = JSON.parse(readFileSync(cluster.kubeconfig, "utf8")) as {
    clusters: { cluster: { server: string } }[];
    users: { user: object }[];
  };
  const pair = await generate([{ name: "commonName", value: "admin" }]);
  const authority = { "certificate-authority-data": base64(readFileSync(join(folder, "certificates", "apiserver.crt"))) };
  const certificate = { "client-certificate-data": base64(pair.cert), "client-key-data": base64(pair.private) };
  const file = join(folder, "talos-kubeconfig");
  const content = {
    ...rest,
    clusters: clusters.map(({ cluster: { server }, ...named }) => ({ ...named, cluster: { server, ...authority } })),
    users: users.map(({ user, ...named }) => ({ ...named, user: { ...user, ...certificate } })),
  };
  writeFileSync(file, JSON.stringify(content));
  return file;
}

/** Makes the node a control plane with the static pods of Kubernetes. */
async function prepareNode(cluster: Cluster): Promise<void> {
  const run = (...args: readonly string[]) => {
    const { ok, output } = cluster.kubectl(args);
    assert(ok, output);
  };
  run("label", "node", "cp-1", "node-role.kubernetes.io/control-plane=");
  await eventually(() => cluster.get("serviceaccount", "default", "kube-system") !== undefined, "there is no service account");
  cluster.apply(components.map((name) => `---\n${JSON.stringify(staticPod(name))}\n`).join(""));
  const isReady = () =>
    components.every((name) => JSON.stringify(cluster.get("pod", name, "kube-system")?.["status"]).includes('"phase":"Running"'));
  await eventually(isReady, "the static pods do not run");
}

/** A pod as Talos starts it: the annotation is the version of its resource in Talos' API. */
function staticPod(name: string) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "kube-system",
      labels: { "k8s-app": name },
      annotations: { "talos.dev/config-version": "1" },
    },
    spec: { nodeName: "cp-1", containers: [{ name, image: `registry.k8s.io/${name}:v${benchKubernetes}` }] },
  };
}

import { type ApiAnswer, ClusterClient } from "../../components/doctor/client.ts";
import { collectFacts } from "../../components/doctor/collect.ts";
import { type Diagnosis, examine } from "../../components/doctor/examine.ts";
import { runCommand } from "./isolation.ts";
import type { LanNode } from "./lanNode.ts";
import type { VirtualLan } from "./virtualLan.ts";

/** Asks the agents on the nodes of a LAN, which run in no pod. */
class LanClient extends ClusterClient {
  readonly #nodes: readonly LanNode[];

  constructor({ cluster, nodes }: VirtualLan) {
    super({ kubeconfig: cluster.kubeconfig });
    this.#nodes = nodes;
  }

  override execute(_namespace: string, pod: string, _container: string, [, ...options]: readonly string[]): Promise<string> {
    const node = this.#nodes.find(({ name }) => pod === podName(name));
    return Promise.resolve(node?.ciliumDbg(...options) ?? "");
  }

  override async get(path: string, accept?: string): Promise<ApiAnswer> {
    const node = this.#nodes.find(({ name }) => path.includes(`/pods/${podName(name)}/log?`));
    if (node === undefined) return super.get(path, accept);
    return { status: 200, body: node.log(), date: undefined };
  }
}

const podName = (node: string) => `cilium-${node}`;

/** Creates the pods of the agents and the operator, which are ready: on a LAN, nothing else makes pods. */
export function createPods({ cluster, nodes }: VirtualLan): void {
  const pods = nodes.map(({ name }) => [podName(name), name, { "k8s-app": "cilium" }] as const);
  for (const [name, nodeName, labels] of [...pods, ["cilium-operator", "node-1", { "io.cilium/app": "operator" }] as const]) {
    const spec = {
      nodeName,
      containers: [{ name: "cilium-agent", image: "none" }],
      serviceAccountName: "cilium",
      automountServiceAccountToken: false,
    };
    cluster.apply(JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "kube-system", labels }, spec }));
    setPodReady(cluster, name, true);
  }
}

/** Says what a kubelet would say: whether the agent of a node is ready. */
export function setAgentReady({ cluster }: VirtualLan, node: string, isReady: boolean): void {
  setPodReady(cluster, podName(node), isReady);
}

function setPodReady(cluster: VirtualLan["cluster"], pod: string, isReady: boolean): void {
  const status = { phase: "Running", conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] };
  const target = ["pod", pod, "--namespace", "kube-system", "--subresource", "status"];
  const { ok, output } = cluster.kubectl(["patch", ...target, "--type", "merge", "--patch", JSON.stringify({ status })]);
  if (!ok) throw new Error(output);
}

/** Runs the doctor on a LAN as a client, which asks the addresses too. */
export async function diagnoseLan(lan: VirtualLan, service?: string): Promise<Diagnosis> {
  // Forget which machine had an address before.
  runCommand("ip", "neighbour", "flush", "dev", "lan0");
  const facts = await collectFacts(new LanClient(lan), { service, asksNetwork: true, manifest: undefined });
  return examine(facts, service);
}

/** A machine on the LAN that has taken an address. */
export function addStranger(address: string): { readonly remove: () => void } {
  const name = "stranger";
  runCommand("ip", "netns", "add", name);
  runCommand("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "address", "02:00:00:00:00:99", "netns", name);
  runCommand("ip", "link", "set", name, "master", "lan0", "up");
  runCommand("ip", "-netns", name, "address", "add", `${address}/24`, "dev", "eth0");
  runCommand("ip", "-netns", name, "link", "set", "eth0", "up");
  return {
    remove: () => {
      runCommand("ip", "netns", "delete", name);
    },
  };
}

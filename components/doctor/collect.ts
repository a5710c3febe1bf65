import { type KubernetesObject, readObjects } from "../kubernetes/yaml.ts";
import { ClusterClient, ClusterError } from "./client.ts";
import { isAskedFor } from "./examine.ts";
import type { AgentFacts, Answer, Facts, Reading } from "./facts.ts";
import { askAddress, isHttpPort } from "./network.ts";
import type { DaemonSet, ListName, Node, Pod, Service } from "./objects.ts";

/** What to collect. */
export interface Collection {
  /** Collects what concerns these Services. Undefined for all of type LoadBalancer. */
  readonly service: string | undefined;
  /** Whether this machine asks the addresses. */
  readonly asksNetwork: boolean;
  /** The manifest that the cluster is compared with, as YAML. */
  readonly manifest: string | undefined;
}

/** The path of each list. `{}` is the namespace of Cilium. */
const paths = {
  services: "/api/v1/services",
  endpointSlices: "/apis/discovery.k8s.io/v1/endpointslices",
  nodes: "/api/v1/nodes",
  ciliumNodes: "/apis/cilium.io/v2/ciliumnodes",
  pods: "/api/v1/namespaces/{}/pods",
  daemonSets: "/apis/apps/v1/daemonsets",
  leases: "/apis/coordination.k8s.io/v1/namespaces/{}/leases",
  configMaps: "/api/v1/namespaces/{}/configmaps?fieldSelector=metadata.name%3Dcilium-config",
  ipPools: "/apis/cilium.io/v2/ciliumloadbalancerippools",
  l2Policies: "/apis/cilium.io/v2alpha1/ciliuml2announcementpolicies",
  bgpClusterConfigs: "/apis/cilium.io/v2/ciliumbgpclusterconfigs",
  bgpNodeConfigs: "/apis/cilium.io/v2/ciliumbgpnodeconfigs",
  bgpPeerConfigs: "/apis/cilium.io/v2/ciliumbgppeerconfigs",
  bgpAdvertisements: "/apis/cilium.io/v2/ciliumbgpadvertisements",
  crds: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  gatewayClasses: "/apis/gateway.networking.k8s.io/v1/gatewayclasses",
  gateways: "/apis/gateway.networking.k8s.io/v1/gateways",
} as const satisfies Record<ListName, string>;

/** The schemas of CRDs are megabytes. */
const withoutContent = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

type List = readonly KubernetesObject[];

/**
 * Reads everything that the rules need, and never a Secret. What the user may not read is a fact too, with the reason.
 *
 * Throws a ClusterError if the API server does not answer, or does not know the user.
 */
export async function collectFacts(client: ClusterClient, collection: Collection): Promise<Facts> {
  const { date = new Date().toISOString() } = await greet(client);
  const time = new Date(date).toISOString();
  const missingKinds: ListName[] = [];
  const readList = async (name: ListName, namespace: string): Promise<Reading<List>> => {
    const path = paths[name].replace("{}", namespace);
    const { status, body } = await client.get(path, name === "crds" ? withoutContent : undefined);
    if (status === 404) {
      missingKinds.push(name);
      return { read: [] };
    }
    return status === 200 ? { read: itemsIn(body) } : { unread: refusalIn(body, status) };
  };
  const daemonSets = (await readList("daemonSets", "")) as Reading<readonly DaemonSet[]>;
  const namespace = ciliumNamespace(daemonSets);
  const others = (Object.keys(paths) as ListName[]).filter((name) => name !== "daemonSets");
  const entries = await Promise.all(others.map(async (name) => [name, await readList(name, namespace)] as const));
  const objects = { ...Object.fromEntries(entries), daemonSets } as unknown as Facts["objects"];
  const manifest = collection.manifest === undefined ? undefined : readObjects(collection.manifest);
  const pods = "read" in objects.pods ? objects.pods.read : [];
  const services = "read" in objects.services ? objects.services.read : [];
  const nodes = "read" in objects.nodes ? objects.nodes.read : [];
  const asked = collection.asksNetwork
    ? await askNetwork(
        services.filter((each) => isAskedFor(each, collection.service)),
        nodes,
      )
    : undefined;
  return {
    time,
    namespace,
    objects,
    missingKinds,
    agents: await askAgents(client, namespace, pods),
    logs: await readLogs(client, namespace, pods),
    answers: asked?.answers,
    macAddresses: asked?.macAddresses ?? {},
    manifest,
    installed: await readInstalled(client, manifest ?? []),
  };
}

/** The first request: the API server answers, knows the user, and says what time it is. */
async function greet(client: ClusterClient) {
  const answer = await client.get("/version");
  if (answer.status === 401)
    throw new ClusterError(`${client.server} does not know the user of the kubeconfig: ${refusalIn(answer.body, 401)}`);
  return answer;
}

/** Why the API server refuses a request, in its own words. */
function refusalIn(body: string, status: number): string {
  try {
    const { message } = JSON.parse(body) as { message?: string };
    if (message !== undefined) return message;
  } catch {
    // Something between here and the API server has answered.
  }
  return `status ${status}`;
}

/** The objects of a list. An empty list without content has null in their place. */
function itemsIn(body: string): List {
  const { items } = JSON.parse(body) as { items: List | null };
  return (items ?? []).map(withoutFieldOwners);
}

function withoutFieldOwners(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** The namespace of the DaemonSet with Cilium's label. If none can be read, the usual one. */
function ciliumNamespace(daemonSets: Reading<readonly DaemonSet[]>): string {
  const all = "read" in daemonSets ? daemonSets.read : [];
  const agents = all.find(({ metadata: { name, labels } }) => name === "cilium" && labels?.["k8s-app"] === "cilium");
  return agents?.metadata.namespace ?? "kube-system";
}

const isReady = ({ status }: Pod) =>
  status?.conditions?.some(({ type, status: state }) => type === "Ready" && state === "True") === true;
const hasLabel = ({ metadata: { labels } }: Pod, key: string, value: string) => labels?.[key] === value;

/** Asks each ready agent for its devices. */
async function askAgents(client: ClusterClient, namespace: string, pods: readonly Pod[]): Promise<Facts["agents"]> {
  const agents = pods.filter((pod) => hasLabel(pod, "k8s-app", "cilium"));
  const entries = agents.map(async (pod) => [pod.spec?.nodeName ?? "", await askAgent(client, namespace, pod)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function askAgent(client: ClusterClient, namespace: string, pod: Pod): Promise<Reading<AgentFacts>> {
  if (!isReady(pod)) return { unread: "it is not ready" };
  try {
    const output = await client.execute(namespace, pod.metadata.name, "cilium-agent", [
      "cilium-dbg",
      "status",
      "--output",
      "json",
    ]);
    const status = JSON.parse(output) as {
      "kube-proxy-replacement"?: { deviceList?: readonly { name: string }[]; devices?: readonly string[] };
    };
    const { deviceList, devices = [] } = status["kube-proxy-replacement"] ?? {};
    return { read: { devices: deviceList?.map(({ name }) => name) ?? devices } };
  } catch (error) {
    if (error instanceof ClusterError || error instanceof SyntaxError) return { unread: error.message };
    throw error;
  }
}

/** Reads the end of the logs of Cilium's pods that are not ready, and if a container was restarted, of its last run. */
async function readLogs(client: ClusterClient, namespace: string, pods: readonly Pod[]): Promise<Facts["logs"]> {
  const containers = { "k8s-app=cilium": "cilium-agent", "io.cilium/app=operator": "cilium-operator" };
  const entries = Object.entries(containers).flatMap(([label, container]) => {
    const [key = "", value = ""] = label.split("=");
    return pods
      .filter((pod) => hasLabel(pod, key, value) && !isReady(pod))
      .map(async (pod) => [pod.metadata.name, await readLog(client, namespace, pod, container)] as const);
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readLog(
  client: ClusterClient,
  namespace: string,
  { metadata, status }: Pod,
  container: string,
): Promise<Reading<string>> {
  const restarts = status?.containerStatuses?.find(({ name }) => name === container)?.restartCount ?? 0;
  const path = `/api/v1/namespaces/${namespace}/pods/${metadata.name}/log?container=${container}&tailLines=200`;
  const present = await client.get(path, "*/*");
  const before = restarts > 0 ? await client.get(`${path}&previous=true`, "*/*") : undefined;
  const texts = [before, present].filter((answer) => answer?.status === 200).map((answer) => answer?.body ?? "");
  return texts.length > 0 ? { read: texts.join("\n") } : { unread: refusalIn(present.body, present.status) };
}

/** Asks the addresses of Services and nodes from this machine. */
async function askNetwork(services: readonly Service[], nodes: readonly Node[]) {
  const answers = services.flatMap(({ spec, status }) => {
    const tcpPorts = (spec?.ports ?? []).filter(({ protocol = "TCP" }) => protocol === "TCP");
    const ports = tcpPorts.map((port) => ({ port: port.port, isHttp: isHttpPort(port) }));
    const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip).filter((ip) => ip !== undefined);
    return addresses.map(async (address) => [address, await askAddress(address, ports)] as const);
  });
  const macs = nodes.flatMap(({ metadata, status }) =>
    (status?.addresses ?? [])
      .filter(({ type }) => type === "InternalIP")
      .map(async ({ address }): Promise<readonly [string, Answer]> => [metadata.name, await askAddress(address, [])]),
  );
  const known = (await Promise.all(macs)).flatMap(([node, { mac }]) => (mac === undefined ? [] : [[mac, node] as const]));
  return { answers: Object.fromEntries(await Promise.all(answers)), macAddresses: Object.fromEntries(known) };
}

/** Reads the objects of the cluster that the manifest has too, list by list. Secrets are left out. */
async function readInstalled(client: ClusterClient, manifest: List): Promise<Facts["installed"]> {
  const wanted = manifest.filter(({ kind }) => kind !== "Secret");
  const installed: KubernetesObject[] = [];
  const refusals: string[] = [];
  const resources = new Map<string, Promise<ReadonlyMap<string, Resource>>>();
  for (const { apiVersion, kind, metadata } of wanted) {
    if (!resources.has(apiVersion)) resources.set(apiVersion, readResources(client, apiVersion));
    const resource = (await resources.get(apiVersion))?.get(kind);
    // A kind that the API server does not have: the object is missing.
    if (resource === undefined) continue;
    const namespace = resource.namespaced ? `namespaces/${metadata.namespace ?? "default"}/` : "";
    const { status, body } = await client.get(`${groupPath(apiVersion)}/${namespace}${resource.name}/${metadata.name}`);
    if (status === 200) installed.push(JSON.parse(body) as KubernetesObject);
    else if (status !== 404) refusals.push(refusalIn(body, status));
  }
  return refusals.length > 0 ? { unread: [...new Set(refusals)].join("; ") } : { read: installed };
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const groupPath = (apiVersion: string) => (apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

/** The resources of a group and version by their kind. */
async function readResources(client: ClusterClient, apiVersion: string): Promise<ReadonlyMap<string, Resource>> {
  const { status, body } = await client.get(groupPath(apiVersion));
  if (status !== 200) return new Map();
  const { resources } = JSON.parse(body) as { resources: readonly Resource[] };
  return new Map(resources.filter(({ name }) => !name.includes("/")).map((resource) => [resource.kind, resource]));
}

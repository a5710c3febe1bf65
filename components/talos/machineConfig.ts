import semver from "semver";
import { type NamedRange, podCidrRanges, serviceRanges } from "../inputs/network.ts";
import type { Settings } from "../inputs/settings.ts";
import type { Manifest } from "../kubernetes/manifest.ts";
import { writeDocument } from "../kubernetes/yaml.ts";

/** Patches for the machine config, as Talos' strategic merge takes them. */
export interface MachineConfigPatches {
  /** For control planes: the network settings, Cilium's manifest, and the pools, policies and BGP objects. */
  readonly controlPlane: string;
  /** For workers: the network settings. */
  readonly worker: string;
}

/** The names of the inline manifests. Talos applies them in alphabetical order: Cilium, then the others. */
export const inlineManifestNames = { cilium: "cilium", loadBalancer: "cilium-lb" } as const;

/** What the patches must agree on with the Cilium that they install. */
export interface InstalledCilium {
  readonly manifest: Manifest;
  /** Pools, policies and BGP objects. Undefined if there are none. */
  readonly loadBalancer: Manifest | undefined;
  /** Whether Cilium does the work of kube-proxy, so that Talos must not start it. */
  readonly replacesKubeProxy: boolean;
  /** Where agents and operator look for the Kubernetes API. */
  readonly apiServer: { readonly host: string; readonly port: number };
  /** The URL of the Gateway API CRDs that Cilium needs. Undefined if it needs none, or if they are installed by other means. */
  readonly gatewayApiCrds: string | undefined;
}

/**
 * Creates the patch for each machine type with which a cluster comes up with Cilium.
 *
 * Talos appends the lists of a patch, so before 1.14 apply a patch only to a config that does not contain it yet. The documents of 1.14 have
 * names, and a second patch replaces those of the first.
 */
export function machineConfigPatches(settings: Settings, cilium: InstalledCilium): MachineConfigPatches {
  return hasKubernetesDocuments(settings) ? documentPatches(settings, cilium) : singleDocumentPatches(settings, cilium);
}

/** Whether the Kubernetes settings are in documents of their own, as from Talos 1.14 on. The old places are then an error. */
export function hasKubernetesDocuments({ talos }: Pick<Settings, "talos">): boolean {
  return semver.gte(semver.coerce(talos.configContract) ?? "0.0.0", "1.14.0");
}

/** Whether a host is the node itself, where KubePrism answers. */
export function isOnNode(host: string): boolean {
  return host === "localhost" || host.startsWith("127.") || host === "::1";
}

/**
 * The patch that must be applied before the patch of a control plane. Undefined if none is needed. A config from before Talos 1.14 may load
 * its CNI from a URL, as the old script's did, and must not keep the URL next to `name: none`.
 */
export function patchBefore(settings: Pick<Settings, "talos">): string | undefined {
  return hasKubernetesDocuments(settings) ? undefined : "cluster: { network: { cni: { $patch: delete } } }\n";
}

interface ClusterManifests {
  readonly extraManifests?: readonly string[];
  readonly inlineManifests: readonly { readonly name: string; readonly contents: string }[];
}

function clusterManifests({ manifest, loadBalancer, gatewayApiCrds }: InstalledCilium): ClusterManifests {
  const inlineManifests = [{ name: inlineManifestNames.cilium as string, contents: manifest.yaml }];
  if (loadBalancer !== undefined) {
    inlineManifests.push({ name: inlineManifestNames.loadBalancer, contents: loadBalancer.yaml });
  }
  // The CRDs are too large for the config, so Talos downloads them. It applies CRDs first.
  return gatewayApiCrds === undefined ? { inlineManifests } : { extraManifests: [gatewayApiCrds], inlineManifests };
}

/** The ranges, with the primary IP family first. */
function clusterSubnets(settings: Settings): { readonly podSubnets: string[]; readonly serviceSubnets: string[] } {
  const textsOf = (ranges: readonly NamedRange[]) => ranges.map(({ range }) => range.text);
  return { podSubnets: textsOf(podCidrRanges(settings)), serviceSubnets: textsOf(serviceRanges(settings)) };
}

function singleDocumentPatches(settings: Settings, cilium: InstalledCilium): MachineConfigPatches {
  const { host, port } = cilium.apiServer;
  const subnets = clusterSubnets(settings);
  // On every node, workers included: the agent and the kubelet of each node use it.
  const machine = isOnNode(host) ? { machine: { features: { kubePrism: { enabled: true, port } } } } : {};
  // Cilium replaces Flannel, and kube-proxy unless its values say otherwise.
  const network = { cni: { name: "none" }, ...subnets };
  const proxy = { disabled: cilium.replacesKubeProxy };
  return {
    controlPlane: writeDocument({ ...machine, cluster: { network, proxy, ...clusterManifests(cilium) } }),
    // A worker's kubelet derives the address of the cluster DNS from the Service range.
    worker: writeDocument({ ...machine, cluster: { network: subnets } }),
  };
}

function documentPatches(settings: Settings, cilium: InstalledCilium): MachineConfigPatches {
  const { host, port } = cilium.apiServer;
  const everyNode = [
    document("KubeNetworkConfig", { ...clusterSubnets(settings), ...nodeMaskSizes(settings) }),
    // The agent and the kubelet of each node use it.
    ...(isOnNode(host) ? [document("KubePrismConfig", { port })] : []),
  ];
  const controlPlane = [
    ...manifestDocuments(cilium),
    // Cilium replaces Flannel, and kube-proxy unless its values say otherwise.
    document("KubeFlannelCNIConfig", { $patch: "delete" }),
    document("KubeProxyConfig", { enabled: !cilium.replacesKubeProxy }),
    ...everyNode,
  ];
  return { controlPlane: controlPlane.join(""), worker: everyNode.join("") };
}

/** Every document that the patches can make. What is not needed any more is deleted, because an earlier patch may have made it. */
function manifestDocuments({ manifest, loadBalancer, gatewayApiCrds }: InstalledCilium): readonly string[] {
  const named = (kind: string, name: string, content: object | undefined) =>
    document(kind, { name, ...(content ?? { $patch: "delete" }) });
  const inline = (name: string, part: Manifest | undefined) =>
    named("KubeInlineManifestConfig", name, part && { manifest: part.yaml });
  return [
    named("KubeExternalManifestConfig", "gateway-api", gatewayApiCrds === undefined ? undefined : { url: gatewayApiCrds }),
    inline(inlineManifestNames.cilium, manifest),
    inline(inlineManifestNames.loadBalancer, loadBalancer),
  ];
}

/** The sizes of the nodes' ranges in the families that pods have. Talos refuses ranges that it cannot divide into nodes of this size. */
function nodeMaskSizes({ talos, ...ranges }: Settings): Readonly<Record<string, number>> {
  const families = new Set(podCidrRanges(ranges).map(({ range }) => range.family));
  return {
    ...(families.has(4) && { nodeCIDRMaskSizeIPv4: talos.nodeCidrMaskSize }),
    ...(families.has(6) && { nodeCIDRMaskSizeIPv6: talos.nodeCidrMaskSizeIPv6 }),
  };
}

function document(kind: string, content: object): string {
  return `---\n${writeDocument({ apiVersion: "v1alpha1", kind, ...content })}`;
}

import semver from "semver";
import type { Settings } from "../inputs/settings.ts";
import type { Manifest } from "../kubernetes/manifest.ts";
import { writeDocument } from "../kubernetes/yaml.ts";
import { gatewayApiCrdsUrl, supportedMinor } from "../versions/supported.ts";

/** Patches for the machine config, as Talos' strategic merge takes them. */
export interface MachineConfigPatches {
  readonly controlPlane: string;
  readonly worker: string;
}

/** The names in `cluster.inlineManifests`. Talos applies them in alphabetical order: Cilium, then pools and policies. */
export const inlineManifestNames = { cilium: "cilium", loadBalancer: "cilium-lb" } as const;

/**
 * Creates the patch for each machine type with which a cluster comes up with Cilium.
 *
 * Talos appends the lists of a patch, so apply a patch only to a config that does not contain it yet.
 */
export function machineConfigPatches(
  settings: Settings,
  manifest: Manifest,
  loadBalancer: Manifest | undefined,
): MachineConfigPatches {
  const manifests = clusterManifests(settings, manifest, loadBalancer);
  return hasKubernetesDocuments(settings) ? documentPatches(settings, manifests) : singleDocumentPatches(settings, manifests);
}

/** Whether the Kubernetes settings are in documents of their own, as from Talos 1.14 on. The old places are then an error. */
export function hasKubernetesDocuments({ talos }: Pick<Settings, "talos">): boolean {
  return semver.gte(semver.coerce(talos.configContract) ?? "0.0.0", "1.14.0");
}

/** Whether nodes reach the API server through KubePrism. */
export function usesKubePrism({ kubePrism: { host } }: Pick<Settings, "kubePrism">): boolean {
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

function clusterManifests(
  { gatewayApi, ciliumVersion }: Settings,
  manifest: Manifest,
  loadBalancer: Manifest | undefined,
): ClusterManifests {
  const inlineManifests = [{ name: inlineManifestNames.cilium as string, contents: manifest.yaml }];
  if (loadBalancer !== undefined) {
    inlineManifests.push({ name: inlineManifestNames.loadBalancer, contents: loadBalancer.yaml });
  }
  if (!gatewayApi.enabled || !gatewayApi.installCrds) return { inlineManifests };
  // The CRDs are too large for the config, so Talos downloads them. It applies CRDs first.
  const crds = gatewayApiCrdsUrl(supportedMinor(ciliumVersion).gatewayApi);
  return { extraManifests: [crds], inlineManifests };
}

function singleDocumentPatches(settings: Settings, manifests: ClusterManifests): MachineConfigPatches {
  const { podCidr, serviceCidr, kubePrism } = settings;
  const subnets = { podSubnets: [podCidr], serviceSubnets: [serviceCidr] };
  // On every node, workers included: the agent and the kubelet of each node use it.
  const features = { kubePrism: { enabled: true, port: kubePrism.port } };
  const machine = usesKubePrism(settings) ? { machine: { features } } : {};
  // Cilium replaces Flannel and kube-proxy.
  const network = { cni: { name: "none" }, ...subnets };
  return {
    controlPlane: writeDocument({ ...machine, cluster: { network, proxy: { disabled: true }, ...manifests } }),
    // A worker's kubelet derives the address of the cluster DNS from the Service range.
    worker: writeDocument({ ...machine, cluster: { network: subnets } }),
  };
}

function documentPatches({ podCidr, serviceCidr }: Settings, manifests: ClusterManifests): MachineConfigPatches {
  const document = (kind: string, content: object) => `---\n${writeDocument({ apiVersion: "v1alpha1", kind, ...content })}`;
  const network = document("KubeNetworkConfig", { podSubnets: [podCidr], serviceSubnets: [serviceCidr] });
  const controlPlane = [
    `---\n${writeDocument({ cluster: manifests })}`,
    // Cilium replaces Flannel and kube-proxy.
    document("KubeFlannelCNIConfig", { $patch: "delete" }),
    document("KubeProxyConfig", { enabled: false }),
    network,
  ];
  return { controlPlane: controlPlane.join(""), worker: network };
}

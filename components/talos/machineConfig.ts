import semver from "semver";
import { parseAllDocuments } from "yaml";
import type { TalosMachine } from "../inputs/talosArgs.ts";
import { writeDocument } from "../kubernetes/yaml.ts";
import type { Manifest } from "../kubernetes/manifest.ts";
import type { Problem } from "../support/problems.ts";
import type { Settings } from "../inputs/settings.ts";
import { gatewayApiCrdsUrl, supportedMinor } from "../versions/supported.ts";

/** Patches for the machine config, in the form that Talos' strategic merge takes. */
export interface MachineConfigPatches {
  readonly controlPlane: string;
  readonly worker: string;
}

/** The entries of `cluster.inlineManifests`. Talos applies them in the order of their names: pools and policies after Cilium. */
const names = { cilium: "cilium", loadBalancer: "cilium-lb" } as const;

/**
 * What of the machine config has to be so that a cluster comes up with Cilium, as one patch for each machine type.
 *
 * Talos appends what the lists of a patch hold: a patch is applied to a config that does not have it yet.
 */
export function machineConfigPatches(settings: Settings, manifest: Manifest, loadBalancer?: Manifest): MachineConfigPatches {
  const inlineManifests = [
    { name: names.cilium, contents: manifest.yaml },
    ...(loadBalancer === undefined ? [] : [{ name: names.loadBalancer, contents: loadBalancer.yaml }]),
  ];
  const { enabled, installCrds } = settings.gatewayApi;
  // Too large to stand in the config itself, and CRDs are what Talos applies first.
  const crds = gatewayApiCrdsUrl(supportedMinor(settings.ciliumVersion).gatewayApi);
  const manifests = { ...(enabled && installCrds && { extraManifests: [crds] }), inlineManifests };
  return separatesKubernetes(settings) ? separatePatches(settings, manifests) : patches(settings, manifests);
}

/** Whether the config has documents of their own for what concerns Kubernetes: the old places are then an error. */
export function separatesKubernetes({ talos }: Pick<Settings, "talos">): boolean {
  return semver.gte(semver.coerce(talos.configContract) ?? "0.0.0", "1.14.0");
}

function patches(settings: Settings, manifests: object): MachineConfigPatches {
  const { podCidr, serviceCidr, kubePrism } = settings;
  const subnets = { podSubnets: [podCidr], serviceSubnets: [serviceCidr] };
  // On every node, the workers included: agents and kubelets of all of them ask it.
  const features = { kubePrism: { enabled: true, port: kubePrism.port } };
  const machine = usesKubePrism(settings) ? { machine: { features } } : {};
  return {
    controlPlane: writeDocument({
      ...machine,
      // Cilium in the place of Flannel and of kube-proxy.
      cluster: { network: { cni: { name: "none" }, ...subnets }, proxy: { disabled: true }, ...manifests },
    }),
    // A worker's kubelet takes the address of the cluster DNS from the Service range.
    worker: writeDocument({ ...machine, cluster: { network: subnets } }),
  };
}

function separatePatches({ podCidr, serviceCidr }: Settings, manifests: object): MachineConfigPatches {
  const document = (kind: string, content: object) => `---\n${writeDocument({ apiVersion: "v1alpha1", kind, ...content })}`;
  const network = document("KubeNetworkConfig", { podSubnets: [podCidr], serviceSubnets: [serviceCidr] });
  return {
    controlPlane: [
      `---\n${writeDocument({ cluster: manifests })}`,
      // Cilium in the place of Flannel and of kube-proxy.
      document("KubeFlannelCNIConfig", { $patch: "delete" }),
      document("KubeProxyConfig", { enabled: false }),
      network,
    ].join(""),
    worker: network,
  };
}

/** Whether the API server is reached by KubePrism, and not by another way. */
export function usesKubePrism({ kubePrism: { host } }: Settings): boolean {
  return host === "localhost" || host.startsWith("127.") || host === "::1";
}

/**
 * Goes before the patch of a control plane: a config of before 1.14 that loads its CNI from a URL, as the old script had it, may not keep
 * the URL beside `name: none`.
 */
export function patchBefore(settings: Settings): string | undefined {
  return separatesKubernetes(settings) ? undefined : "cluster: { network: { cni: { $patch: delete } } }\n";
}

/** The commands that bring a running cluster to what the machine config says: Talos itself only creates what is missing. */
export function syncCommand(kubernetesVersion: string | undefined, node: string | undefined): string {
  // Another version than the one that runs is an upgrade of Kubernetes, and without any, talosctl takes its own newest.
  const exact = semver.parse(kubernetesVersion);
  const version = exact?.version ?? "<the Kubernetes version that runs>";
  const sync = `talosctl --nodes ${node ?? "<a control plane>"} upgrade-k8s --to ${version}`;
  return `${sync} --dry-run\n${sync}\n`;
}

/** What stands in a machine config of the user's that this component cannot work with. */
export function configProblems(config: string, input: string): readonly Problem[] {
  const documents = parseAllDocuments(config, { logLevel: "silent" });
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error !== undefined) return [{ input, message: `is no YAML: ${error.message.split("\n")[0] ?? ""}` }];
  try {
    return documents.flatMap((document) => documentProblems(document.toJS(), input));
  } catch (error) {
    // Such as an alias of nothing.
    return [{ input, message: `is no machine config: ${(error as Error).message}` }];
  }
}

function documentProblems(document: unknown, input: string): readonly Problem[] {
  const found = [
    ...listAt(document, "cluster", "inlineManifests").map((entry) => memberOf(entry, "name")),
    ...(memberOf(document, "kind") === "KubeInlineManifestConfig" ? [memberOf(document, "name")] : []),
  ];
  const entries = Object.values(names).filter((name) => found.includes(name));
  const loaded = listAt(document, "cluster", "extraManifests")
    .map(String)
    .filter((url) => /cilium/i.test(url));
  return [
    ...entries.map((name) => ({
      input,
      message:
        `has an inline manifest "${name}" already, and Talos takes no name twice; take it out of cluster.inlineManifests and give the ` +
        "config as it is without Cilium: the component adds it",
    })),
    ...loaded.map((url) => ({
      input,
      message: `loads Cilium from ${url} too; take this line out of cluster.extraManifests`,
    })),
  ];
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** The list at a path; empty where there is none. */
function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const list = path.reduce(memberOf, value);
  return Array.isArray(list) ? list : [];
}

/** A machine, with the names of its input and of its resource. */
export interface NamedMachine extends TalosMachine {
  readonly input: string;
  readonly resource: string;
  /** The name that the resource had before the machine was given a name; undefined for a machine without one. */
  readonly formerResource: string | undefined;
  readonly isControlPlane: boolean;
}

/** The machines in the order in which they are configured. */
export function machinesOf({ talos }: Pick<Settings, "talos">): readonly NamedMachine[] {
  return [
    ...talos.controlPlanes.map((machine, index) => namedMachine(machine, index, "controlPlanes")),
    ...talos.workers.map((machine, index) => namedMachine(machine, index, "workers")),
  ];
}

function namedMachine(machine: TalosMachine, index: number, list: "controlPlanes" | "workers"): NamedMachine {
  const isControlPlane = list === "controlPlanes";
  const position = `${isControlPlane ? "control-plane" : "worker"}-${index}`;
  return {
    ...machine,
    isControlPlane,
    input: `talos.${list}[${index}]`,
    resource: machine.name ?? position,
    formerResource: machine.name === undefined ? undefined : position,
  };
}

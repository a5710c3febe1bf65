import { YAMLException } from "js-yaml";
import { readStream } from "../kubernetes/yaml.ts";
import { type IpRange, parseAddress, parseCidr } from "../support/ipRange.ts";
import { linkAddresses, linkNames, virtualAddresses } from "./linkAddresses.ts";
import {
  documentsOf,
  isTrue,
  listAt,
  listIn,
  type MachineConfigDocuments,
  memberOf,
  type Section,
  sectionOf,
  texts,
} from "./machineConfigDocuments.ts";
import { newerParts } from "./newerParts.ts";

/**
 * What a machine config says, in the single document of old Talos or in documents of their own kind. A fact about which the config says
 * nothing is undefined, whatever Talos makes of that.
 */
export interface ExistingConfig {
  /** Why the config cannot be read. It then says nothing. */
  readonly fault: string | undefined;
  /** `controlplane` or `worker`. */
  readonly machineType: string | undefined;
  /** What it has that the Talos provider does not know: kinds of documents, and fields of older kinds. */
  readonly newerParts: readonly string[];
  /** The names of the manifests that are written out in the config. */
  readonly inlineManifests: readonly string[];
  /** Those of them that run Cilium's agent, or a job that installs Cilium. */
  readonly ciliumManifests: readonly string[];
  /** Where Talos downloads other manifests from. */
  readonly manifestUrls: readonly string[];
  /** Where Talos downloads the manifests of a CNI from. */
  readonly cniUrls: readonly string[];
  /** Whether Talos' own DNS answers the DNS of the cluster. */
  readonly forwardsKubeDns: boolean | undefined;
  /** Where the config sets that, or would have to. */
  readonly kubeDnsSetting: string;
  readonly kubeSpan: { readonly isEnabled: boolean; readonly carriesPods: boolean } | undefined;
  /** Without malformed ranges, which Talos refuses. */
  readonly podSubnets: readonly IpRange[];
  readonly serviceSubnets: readonly IpRange[];
  /** Whether it sets the flag of the controller manager for the nodes' ranges of both families, `node-cidr-mask-size`. */
  readonly setsCommonMaskSize: boolean;
  readonly runsKubeProxy: boolean | undefined;
  /** The addresses that the control planes share. */
  readonly virtualAddresses: readonly IpRange[];
  /** The static addresses of the machine on its networks. */
  readonly addresses: readonly IpRange[];
  /** Whether its interfaces have names in the kernel's order, such as eth0, in place of those by position. */
  readonly usesKernelNames: boolean;
}

// Several checks ask, and a config has a thousand lines, so each is read once.
const readConfigs = new Map<string, ExistingConfig>();

/** Reads a machine config. */
export function readExistingConfig(config: string): ExistingConfig {
  const existing = readConfigs.get(config) ?? readConfig(config);
  readConfigs.set(config, existing);
  return existing;
}

function readConfig(config: string): ExistingConfig {
  const parsed = parseDocuments(config);
  return factsOf("fault" in parsed ? [] : parsed.documents, "fault" in parsed ? parsed.fault : undefined);
}

function parseDocuments(config: string): { readonly fault: string } | { readonly documents: MachineConfigDocuments } {
  try {
    return { documents: readStream(config, { uniqueKeys: true }) };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return { fault: `is not valid YAML${placeOf(error)}` };
  }
}

/** The place, and the reason up to where it quotes the config, which contains keys. */
function placeOf({ reason, mark }: YAMLException): string {
  const place = mark === undefined ? "" : ` in line ${mark.line + 1}, column ${mark.column + 1}`;
  return `${place} (${/^[a-z ]*[a-z]/.exec(reason)?.[0] ?? ""})`;
}

function factsOf(documents: MachineConfigDocuments, fault: string | undefined): ExistingConfig {
  const network = sectionOf(documents, "KubeNetworkConfig") ?? sectionOf(documents, undefined, "cluster", "network");
  const namesIn = (entries: readonly unknown[]) => texts(entries.map((entry) => memberOf(entry, "name")));
  const inline = [
    ...listAt(documents, undefined, "cluster", "inlineManifests"),
    ...documentsOf(documents, "KubeInlineManifestConfig"),
  ];
  return {
    fault,
    machineType: texts([memberOf(sectionOf(documents, undefined, "machine"), "type")])[0],
    newerParts: newerParts(documents),
    inlineManifests: namesIn(inline),
    ciliumManifests: namesIn(inline.filter(runsCilium)),
    manifestUrls: texts([
      ...listAt(documents, undefined, "cluster", "extraManifests"),
      ...documentsOf(documents, "KubeExternalManifestConfig").map(({ url }) => url),
    ]),
    cniUrls: texts(listAt(documents, undefined, "cluster", "network", "cni", "urls")),
    forwardsKubeDns: forwardsKubeDns(documents),
    kubeDnsSetting: answersKubeDnsByDocument(documents)
      ? "hostDNS.forwardKubeDNSToHost of ResolverConfig"
      : "machine.features.hostDNS.forwardKubeDNSToHost",
    kubeSpan: kubeSpanOf(documents),
    podSubnets: subnetsOf(network, "podSubnets"),
    serviceSubnets: subnetsOf(network, "serviceSubnets"),
    setsCommonMaskSize: controllerManagerArguments(documents).some((section) => "node-cidr-mask-size" in section),
    runsKubeProxy: runsKubeProxy(documents),
    virtualAddresses: parsed(virtualAddresses(documents), parseAddress),
    addresses: parsed(linkAddresses(documents), (text) => parseAddress(text.split("/", 1)[0] ?? "")),
    usesKernelNames:
      listAt(documents, undefined, "machine", "install", "extraKernelArgs").includes("net.ifnames=0") ||
      linkNames(documents).some((name) => /^eth\d+$/.test(name)),
  };
}

/** Whether a manifest runs an image of Cilium's agent, or of the command line tool that installs Cilium. */
function runsCilium(manifest: unknown): boolean {
  return texts([memberOf(manifest, "contents"), memberOf(manifest, "manifest")]).some((text) =>
    /\bimage: *["']?(?:\S+\/)?cilium\/cilium(?:-cli)?(?:-ci)?(?=[:@"'\s]|$)/.test(text),
  );
}

// The functions below answer as Talos' own accessors do. A document of its own has precedence over the section of the main document.

function forwardsKubeDns(documents: MachineConfigDocuments): boolean | undefined {
  const own = sectionOf(documents, "ResolverConfig", "hostDNS");
  if (answersKubeDnsByDocument(documents)) return isTrue(own, "forwardKubeDNSToHost");
  const section = sectionOf(documents, undefined, "machine", "features", "hostDNS");
  if (section !== undefined) return isTrue(section, "forwardKubeDNSToHost");
  return own === undefined || Object.keys(own).length === 0 ? undefined : false;
}

/** Talos looks at the document for its DNS only if that turns the DNS on. */
function answersKubeDnsByDocument(documents: MachineConfigDocuments): boolean {
  return isTrue(sectionOf(documents, "ResolverConfig", "hostDNS"), "enabled");
}

function kubeSpanOf(documents: MachineConfigDocuments): ExistingConfig["kubeSpan"] {
  const section = sectionOf(documents, "KubeSpanConfig") ?? sectionOf(documents, undefined, "machine", "network", "kubespan");
  if (section === undefined) return undefined;
  return { isEnabled: isTrue(section, "enabled"), carriesPods: isTrue(section, "advertiseKubernetesNetworks") };
}

function runsKubeProxy(documents: MachineConfigDocuments): boolean | undefined {
  const own = sectionOf(documents, "KubeProxyConfig");
  if (own !== undefined) return own["enabled"] !== false;
  const section = sectionOf(documents, undefined, "cluster", "proxy");
  return section === undefined ? undefined : !isTrue(section, "disabled");
}

function controllerManagerArguments(documents: MachineConfigDocuments): readonly Section[] {
  return [
    sectionOf(documents, undefined, "cluster", "controllerManager", "extraArgs"),
    sectionOf(documents, "KubeControllerManagerConfig", "extraArgs"),
  ].filter((section) => section !== undefined);
}

function subnetsOf(network: Section | undefined, key: string): readonly IpRange[] {
  return parsed(texts(listIn(network, key)), parseCidr);
}

function parsed(addresses: readonly string[], parse: (text: string) => IpRange | undefined): readonly IpRange[] {
  return addresses.map(parse).filter((range) => range !== undefined);
}

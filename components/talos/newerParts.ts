import { documentsOf, type MachineConfigDocuments, memberOf, texts } from "./machineConfigDocuments.ts";

/**
 * What a machine config has that the Talos provider 0.8.1 does not know, because it contains the code of Talos 1.13.0: kinds of documents, and
 * fields of older kinds, such as `ResolverConfig.hostDNS`. Talos refuses a config with anything that it does not know.
 */
export function newerParts(documents: MachineConfigDocuments): readonly string[] {
  const kinds = texts(documents.map((document) => memberOf(document, "kind"))).filter(isNewKind);
  const fields = Object.entries(newFields).flatMap(([kind, paths]) =>
    paths
      .filter((path) => documentsOf(documents, kind).some((document) => hasField(document, path.split("."))))
      .map((path) => `${kind}.${path.replace(".*.", "[].")}`),
  );
  return [...kinds, ...fields];
}

/** The kinds of Talos 1.14 about Kubernetes, and the others. KubeSpan is a part of Talos, and its kinds are older. */
function isNewKind(kind: string): boolean {
  return /^Kube(?!Span)/.test(kind) || otherNewKinds.has(kind);
}

const otherNewKinds = new Set([
  "BGPInstanceConfig",
  "CRIBaseRuntimeSpecConfig",
  "CRICustomizationConfig",
  "ContainerConfig",
  "DiscoveryIdentityConfig",
  "DiscoveryServiceConfig",
  "EtcFileConfig",
  "FilesystemScrubConfig",
  "FilesystemTrimConfig",
  "HTTPProbeConfig",
  "ImageCacheConfig",
  "KernelModuleConfig",
  "LVMLogicalVolumeConfig",
  "LVMVolumeGroupConfig",
  "RAIDArrayConfig",
  "SecurityProfileConfig",
  "SysctlConfig",
  "SysfsConfig",
  "UdevRulesConfig",
  "UnattendedInstallConfig",
  "VethConfig",
]);

/**
 * By kind, the paths of the fields that Talos 1.14.1 knows and Talos 1.13.0 does not; `*` is each item of a list. A new section is named without
 * its fields. That of OOMConfig came between 1.13.3 and 1.13.9.
 *
 * @see https://github.com/siderolabs/talos/blob/v1.14.1/pkg/machinery/config/schemas/config.schema.json
 */
export const newFields: Readonly<Record<string, readonly string[]>> = {
  DHCPv4Config: ["ignoreRoutes"],
  ExistingVolumeConfig: ["scrub", "trim"],
  OOMConfig: ["strictCgroupClassOrdering"],
  RawVolumeConfig: ["encryption.allowDiscards"],
  ResolverConfig: ["hostDNS", "nameservers.*.protocol", "nameservers.*.tlsServerName"],
  SwapVolumeConfig: ["encryption.allowDiscards"],
  TimeSyncConfig: ["ntp.useNTS"],
  UserVolumeConfig: ["encryption.allowDiscards", "filesystem.xfs", "scrub", "trim"],
  VolumeConfig: ["encryption.allowDiscards", "filesystem", "mount.disableAccessTime", "scrub", "trim"],
};

function hasField(value: unknown, [key = "", ...rest]: readonly string[]): boolean {
  if (key === "*") return Array.isArray(value) && value.some((item) => hasField(item, rest));
  const member = memberOf(value, key);
  return rest.length === 0 ? member !== undefined : hasField(member, rest);
}

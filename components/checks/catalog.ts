import { clusterChangeChecks } from "./changes/cluster.ts";
import { upgradeChecks } from "./changes/upgrades.ts";
import { chartSchemaChecks } from "./chart/chartSchema.ts";
import { unknownValueChecks } from "./chart/unknownValues.ts";
import { addressFormatChecks } from "./inputs/addressFormats.ts";
import { addressOverlapChecks } from "./inputs/addressOverlaps.ts";
import { bgpChecks } from "./inputs/bgp.ts";
import { bgpPeerChecks } from "./inputs/bgpPeers.ts";
import { chartSourceChecks } from "./inputs/chartSource.ts";
import { durationChecks } from "./inputs/durations.ts";
import { l2PolicyChecks } from "./inputs/l2Policies.ts";
import { labelSelectorChecks } from "./inputs/labelSelectors.ts";
import { machineDeliveryChecks } from "./inputs/machineDelivery.ts";
import { machineChecks } from "./inputs/machines.ts";
import { nameChecks } from "./inputs/names.ts";
import { permissionChecks } from "./inputs/permissions.ts";
import { reservedAddressChecks } from "./inputs/reservedAddresses.ts";
import { serviceRangeChecks } from "./inputs/serviceRanges.ts";
import { talosSyncChecks } from "./inputs/talosSync.ts";
import { versionFormatChecks } from "./inputs/versionFormats.ts";
import { versionPairChecks } from "./inputs/versionPairs.ts";
import { machineConfigAddressChecks } from "./machineConfigs/addresses.ts";
import { machineConfigAgreementChecks } from "./machineConfigs/agreement.ts";
import { machineConfigContentChecks } from "./machineConfigs/contents.ts";
import { machineConfigRangeChecks } from "./machineConfigs/ranges.ts";
import { deliveryChecks } from "./rendering/delivery.ts";
import { gatewayApiChecks } from "./rendering/gatewayApi.ts";
import { largeNumberChecks } from "./rendering/largeNumbers.ts";
import { objectChecks } from "./rendering/objects.ts";
import { podChecks } from "./rendering/pods.ts";
import { advisoryChecks } from "./values/advisories.ts";
import { announcedAddressChecks } from "./values/announcedAddresses.ts";
import { bgpAddressChecks, bgpValueChecks } from "./values/bgp.ts";
import { capabilityChecks } from "./values/capabilities.ts";
import { clusterFitChecks } from "./values/clusterFit.ts";
import { clusterRangeChecks } from "./values/clusterRanges.ts";
import { contradictionChecks } from "./values/contradictions.ts";
import { deviceChecks } from "./values/devices.ts";
import { encryptionChecks } from "./values/encryption.ts";
import { interfaceChecks } from "./values/interfaces.ts";
import { ipFamilyChecks } from "./values/ipFamilies.ts";
import { l2AnnouncementChecks } from "./values/l2Announcements.ts";
import { limitChecks } from "./values/limits.ts";
import { masqueradingChecks } from "./values/masquerading.ts";
import { routingChecks } from "./values/routing.ts";
import { serviceTrafficChecks } from "./values/serviceTraffic.ts";
import { startupChecks } from "./values/startup.ts";
import { talosAgreementChecks } from "./values/talosAgreement.ts";
import { throughputChecks } from "./values/throughput.ts";
import { wordChecks } from "./values/words.ts";

/** Checks of the inputs alone. */
export const inputChecks = {
  Versions: versionFormatChecks,
  "Versions that do not work together": versionPairChecks,
  Names: nameChecks,
  "Addresses and ranges": addressFormatChecks,
  "Reserved addresses": reservedAddressChecks,
  "Addresses that overlap": addressOverlapChecks,
  "Ranges of Services": serviceRangeChecks,
  Durations: durationChecks,
  "The source of the chart": chartSourceChecks,
  "L2 announcement policies": l2PolicyChecks,
  BGP: bgpChecks,
  "BGP peers": bgpPeerChecks,
  "Label selectors": labelSelectorChecks,
  Machines: machineChecks,
  "The delivery to machines": machineDeliveryChecks,
  Permissions: permissionChecks,
  "The sync by Talos": talosSyncChecks,
} as const;

/** Checks of addresses that depend on the values. CiliumLoadBalancer runs them too. */
export const addressChecks = {
  "Ranges of the cluster": clusterRangeChecks,
  "Addresses that are announced": announcedAddressChecks,
  "Addresses that BGP announces": bgpAddressChecks,
} as const;

/** Checks of the effective values. */
export const valuesChecks = {
  "Security advisories": advisoryChecks,
  "Words of the agent": wordChecks,
  "Limits of the agent": limitChecks,
  Routing: routingChecks,
  "IP families": ipFamilyChecks,
  Masquerading: masqueradingChecks,
  "The way of Service traffic": serviceTrafficChecks,
  Throughput: throughputChecks,
  Encryption: encryptionChecks,
  "Values that contradict each other": contradictionChecks,
  "Values that do not fit the cluster": clusterFitChecks,
  Capabilities: capabilityChecks,
  "Values with which no node becomes ready": startupChecks,
  "Values and the machine config": talosAgreementChecks,
  "L2 announcements": l2AnnouncementChecks,
  "The BGP control plane": bgpValueChecks,
  "Network devices": deviceChecks,
  "Network interfaces": interfaceChecks,
} as const;

/** Checks of a machine config that is given. */
export const machineConfigChecks = {
  "The content of machine configs": machineConfigContentChecks,
  "Settings of machine configs": machineConfigAgreementChecks,
  "Ranges in machine configs": machineConfigRangeChecks,
  "Addresses in machine configs": machineConfigAddressChecks,
} as const;

/** Checks of the user's own values against the chart. */
export const chartChecks = {
  "Values that the chart refuses": chartSchemaChecks,
  "Values that change nothing": unknownValueChecks,
} as const;

/** Checks of what was rendered. */
export const renderedChecks = {
  "Rendered objects": objectChecks,
  "Rendered numbers": largeNumberChecks,
  "Pods that do not start": podChecks,
  "The Gateway API CRDs": gatewayApiChecks,
  "The way to the cluster": deliveryChecks,
} as const;

/** Checks of an existing stack: what a preview would change in the cluster of the last `pulumi up`. */
export const changeChecks = {
  "Upgrades of Cilium": upgradeChecks,
  "Changes of a running cluster": clusterChangeChecks,
} as const;

/** Every check, by topic. */
export const allChecks = {
  ...inputChecks,
  ...addressChecks,
  ...valuesChecks,
  ...machineConfigChecks,
  ...chartChecks,
  ...renderedChecks,
  ...changeChecks,
} as const;

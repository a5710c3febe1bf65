import { releaseOf } from "../kubernetes/images.ts";
import { type Facts, isTrue, list, read, UnreadError } from "./facts.ts";
import type { Condition, DaemonSet, Lease, Pod, Service } from "./objects.ts";

// Questions about the facts. The rules all ask here, so that they agree.

/** The class of Services that only the L2 announcements serve. */
export const l2Class = "io.cilium/l2-announcer";
/** The class of Services that only BGP serves. */
export const bgpClass = "io.cilium/bgp-control-plane";

/** The settings of the agents and the operator. Throws an UnreadError if there are none. */
export function ciliumConfig(facts: Facts): Readonly<Record<string, string>> {
  const [configMap] = list(facts, "configMaps");
  if (configMap === undefined) throw new UnreadError(`configMaps: there is no cilium-config in ${facts.namespace}`);
  return configMap.data ?? {};
}

export function isOn(facts: Facts, setting: string): boolean {
  return ciliumConfig(facts)[setting] === "true";
}

/** The DaemonSet of Cilium's agents. */
export function agentDaemonSet(facts: Facts): DaemonSet | undefined {
  return list(facts, "daemonSets").find(({ metadata }) => metadata.name === "cilium" && metadata.namespace === facts.namespace);
}

/** The release of Cilium, from the image of the agents. Undefined if the image does not tell it. */
export function ciliumRelease(facts: Facts): string | undefined {
  return releaseOf(agentDaemonSet(facts), "cilium-agent");
}

/** Cilium's agents, or its operators. */
export function ciliumPods(facts: Facts, name: "agent" | "operator"): readonly Pod[] {
  const [label, value] = name === "agent" ? ["k8s-app", "cilium"] : ["io.cilium/app", "operator"];
  return list(facts, "pods").filter(({ metadata }) => metadata.labels?.[label] === value);
}

export function isReady({ status, metadata }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && isTrue(status?.conditions, "Ready");
}

/** Why a pod is not ready, in the words of Kubernetes. */
export function stateOf({ status }: Pod): string {
  for (const { name, state } of status?.containerStatuses ?? []) {
    if (state?.waiting?.reason !== undefined) return `${name} is waiting: ${state.waiting.reason}`;
  }
  const scheduled: Condition | undefined = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return `it is not scheduled: ${scheduled.message ?? scheduled.reason ?? ""}`;
  return `it is ${status?.phase === undefined ? "not ready" : `${status.phase} and not ready`}`;
}

/** The addresses that a Service has. */
export function addressesOf({ status }: Service): readonly string[] {
  return (status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip).filter((ip) => ip !== undefined);
}

/** The labels by which pools, policies and advertisements select a Service: its own, its name and its namespace. */
export function selectableLabels({ metadata: { labels, name, namespace } }: Service): Readonly<Record<string, string>> {
  return { ...labels, "io.kubernetes.service.name": name, "io.kubernetes.service.namespace": namespace ?? "" };
}

/** The nodes that run Cilium, with their labels: as Cilium knows them, otherwise as Kubernetes does. */
export function labelledNodes(facts: Facts): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const ciliumNodes = list(facts, "ciliumNodes");
  const nodes = ciliumNodes.length > 0 ? ciliumNodes : list(facts, "nodes");
  return new Map(nodes.map(({ metadata: { name, labels } }) => [name, labels ?? {}]));
}

/** The lease by which nodes agree on who announces a Service. */
export function announcementLease(facts: Facts, { metadata: { namespace, name } }: Service): Lease | undefined {
  return list(facts, "leases").find((lease) => lease.metadata.name === `cilium-l2announce-${namespace}-${name}`);
}

/** The seconds since a lease was renewed, by the clock of the API server. Undefined if it never was. */
export function secondsSinceRenewal({ time }: Facts, { spec }: Lease): number | undefined {
  const renewed = Date.parse(spec?.renewTime ?? "");
  return Number.isNaN(renewed) ? undefined : (Date.parse(time) - renewed) / 1000;
}

/** Clocks of a cluster differ, and the holder may be about to renew. */
const clockTolerance = 10;

/** Whether the holder of a lease has not renewed it for so long that it has lost it. */
export function isExpired(facts: Facts, lease: Lease): boolean {
  const seconds = secondsSinceRenewal(facts, lease);
  return seconds === undefined || seconds > (lease.spec?.leaseDurationSeconds ?? 15) + clockTolerance;
}

/** The devices that the agent of a node manages. Throws an UnreadError if the agent was not asked. */
export function devicesOf({ agents }: Facts, node: string): readonly string[] {
  return read(agents[node], `the agent of ${node}`).devices;
}

/** The lines of a log that say why the program ended, the last first. */
export function lastErrors(facts: Facts, { metadata }: Pod): readonly string[] {
  const log = read(facts.logs[metadata.name], `the log of ${metadata.name}`);
  return log
    .split("\n")
    .filter((line) => /level=(?:error|fatal)|^panic:|"level":"(?:error|fatal)"/.test(line))
    .reverse();
}

import { type HelmValues, isOff, isOn, valueAt } from "../helm/values.ts";
import { runsEnvoyDaemonSet } from "./facts.ts";

/** A list in the values that decides which capabilities a container gets. */
export interface CapabilityList {
  /** The path of the list in the values. */
  readonly path: string;
  readonly container: string;
  /** The list without one from the user: that of the chart, without SYS_MODULE, which Talos gives to no container. */
  readonly defaultList: readonly string[];
  /** What the container cannot do without. Of several names, any one is enough. */
  readonly needed: readonly (readonly [string, ...string[]])[];
  /** Whether the values render the container with this list. A privileged container gets every capability. */
  readonly applies: (values: HelmValues) => boolean;
}

const agentIsRestricted = (values: HelmValues) => !isOn(values, "securityContext.privileged");

// Both init containers start a program in a namespace of the host, for which nsenter needs all three.
const enterHost: Pick<CapabilityList, "defaultList" | "needed"> = {
  defaultList: ["SYS_ADMIN", "SYS_CHROOT", "SYS_PTRACE"],
  needed: [["SYS_ADMIN"], ["SYS_CHROOT"], ["SYS_PTRACE"]],
};

/** The agent's list. */
export const agentCapabilities: CapabilityList = {
  path: "securityContext.capabilities.ciliumAgent",
  container: "cilium-agent",
  defaultList: [
    "CHOWN",
    "KILL",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "SYS_ADMIN",
    "SYS_RESOURCE",
    "DAC_OVERRIDE",
    "FOWNER",
    "SETGID",
    "SETUID",
  ],
  // The chart's comments say that BPF and PERFMON can replace SYS_ADMIN. The agent also changes network namespaces, which takes SYS_ADMIN.
  needed: [["NET_ADMIN"], ["NET_RAW"], ["SYS_ADMIN"]],
  applies: agentIsRestricted,
};

/** The list of the DaemonSet cilium-envoy. Its starter checks what it needs, and ends without it. */
export const envoyCapabilities: CapabilityList = {
  path: "envoy.securityContext.capabilities.envoy",
  container: "cilium-envoy",
  defaultList: ["NET_ADMIN", "SYS_ADMIN"],
  needed: [["NET_ADMIN"], ["SYS_ADMIN", "BPF"]],
  applies: (values) => runsEnvoyDaemonSet(values) && !isOn(values, "envoy.securityContext.privileged"),
};

/**
 * The lists whose containers need something. `cleanCiliumState` is not one of them: by default its container does nothing, and the chart has
 * no word on what it needs otherwise.
 */
export const capabilityLists: readonly CapabilityList[] = [
  agentCapabilities,
  envoyCapabilities,
  {
    ...enterHost,
    path: "securityContext.capabilities.mountCgroup",
    container: "mount-cgroup",
    applies: (values) => agentIsRestricted(values) && !isOff(values, "cgroup.autoMount.enabled"),
  },
  {
    ...enterHost,
    path: "securityContext.capabilities.applySysctlOverwrites",
    container: "apply-sysctl-overwrites",
    applies: (values) => agentIsRestricted(values) && !isOff(values, "sysctlfix.enabled"),
  },
];

/** The capabilities that a list gives to its container. Without a list in the values, those of the chart; null is an empty list. */
export function capabilitiesIn(values: HelmValues, { path, defaultList }: CapabilityList): readonly string[] {
  const parent = path.slice(0, path.lastIndexOf("."));
  const list = ((valueAt(values, parent) ?? {}) as HelmValues)[path.slice(parent.length + 1)];
  if (list === undefined) return defaultList;
  return Array.isArray(list) ? list.map(String) : [];
}

/** Whether a list gives one of these capabilities. The container runtime converts names to upper case. */
export function gives(capabilities: readonly string[], ...names: readonly string[]): boolean {
  return capabilities.some((capability) => ["ALL", ...names].includes(capability.toUpperCase()));
}

/** Whether Envoy may bind a port below 1024 on the host. It drops every capability that it does not keep. */
export function envoyBindsLowPorts(values: HelmValues): boolean {
  if (!isOn(values, keepNetBindService)) return false;
  const list = envoyList(values);
  return !list.applies(values) || gives(capabilitiesIn(values, list), "NET_BIND_SERVICE");
}

/** The value that makes Envoy keep NET_BIND_SERVICE, if its container has it. */
export const keepNetBindService = "envoy.securityContext.capabilities.keepCapNetBindService";

/** The list of the container that Envoy runs in: its own, or the agent's. */
export function envoyList(values: HelmValues): CapabilityList {
  return runsEnvoyDaemonSet(values) ? envoyCapabilities : agentCapabilities;
}

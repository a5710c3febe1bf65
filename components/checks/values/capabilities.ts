import {
  capabilitiesIn,
  type CapabilityList,
  capabilityLists,
  envoyBindsLowPorts,
  envoyList,
  gives,
  keepNetBindService,
} from "../../cilium/capabilities.ts";
import { originOf, type UserValues } from "../../cilium/valueOrigins.ts";
import { type HelmValues, isOn, valueAt } from "../../helm/values.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { allOf, setTo } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const linuxCapabilities = new Set(
  (
    "AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID " +
    "IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW " +
    "PERFMON SETFCAP SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYSLOG SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO " +
    "SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"
  ).split(" "),
);

/** The capabilities that Talos gives to no container. */
const withheldByTalos = new Set(["SYS_MODULE", "SYS_BOOT"]);

export const capabilityChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "a capability that does not exist, or that Talos gives to no container",
      why: "A container silently starts without an unknown capability. With one that Talos withholds, it never starts.",
      source: "https://docs.siderolabs.com/talos/v1.13/learn-more/process-capabilities",
      needs: [],
      run: ({ settings, values }) =>
        namesIn(values).flatMap(({ path, index, name }) => capabilityProblems(`${originOf(settings, path)}[${index}]`, name)),
    }),
    valuesCheck({
      title: "a list of capabilities without one that the container needs",
      why: "A list replaces the whole list of the chart. The container ends at its start, or never becomes ready.",
      source: "https://docs.cilium.io/en/stable/helm-reference/",
      needs: [],
      run: ({ settings, values }) =>
        capabilityLists.filter(({ applies }) => applies(values)).flatMap((list) => missingCapabilities(list, settings, values)),
    }),
  ],
  warnings: [
    valuesCheck({
      title: "a listener on the host's network that Envoy cannot bind",
      why: "Linux lets only a process with NET_BIND_SERVICE listen below port 1024, and Envoy drops all its capabilities.",
      source: "https://docs.cilium.io/en/stable/network/servicemesh/ingress/#bind-to-privileged-port",
      needs: [],
      run: ({ settings, values }) => {
        if (envoyBindsLowPorts(values)) return [];
        const remedy = remedyForLowPorts(settings, values);
        const ofIngresses = lowIngressPorts(values).map(([path, port]) =>
          problem(originOf(settings, path), `is ${port}, and Envoy may bind no port below 1024; ${remedy}`),
        );
        return servesHostGateways(values)
          ? [
              ...ofIngresses,
              problem(
                originOf(settings, hostGateways),
                `is true, so a Gateway can have no listener below port 1024, such as 80 or 443: Envoy may not bind it; ${remedy}`,
              ),
            ]
          : ofIngresses;
      },
    }),
    valuesCheck({
      title: "`keepCapNetBindService`, and a container without that capability",
      why: "Envoy can only keep what its container has, so the value changes nothing.",
      source: "https://docs.cilium.io/en/stable/network/servicemesh/ingress/#bind-to-privileged-port",
      needs: [],
      run: ({ settings, values }) => {
        if (!isOn(values, keepNetBindService) || envoyBindsLowPorts(values)) return [];
        // A listener that cannot be bound is a problem of its own, with the same remedy.
        if (lowIngressPorts(values).length > 0 || servesHostGateways(values)) return [];
        return [
          problem(originOf(settings, keepNetBindService), `is true, but changes nothing; ${remedyForLowPorts(settings, values)}`),
        ];
      },
    }),
  ],
};

const hostGateways = "gatewayAPI.hostNetwork.enabled";

function servesHostGateways(values: HelmValues): boolean {
  return isOn(values, "gatewayAPI.enabled") && isOn(values, hostGateways);
}

/** The ports below 1024 at which Envoy should serve Ingresses on the host's network, each with its path. */
function lowIngressPorts(values: HelmValues): readonly (readonly [path: string, port: number])[] {
  if (!isOn(values, "ingressController.enabled") || !isOn(values, "ingressController.hostNetwork.enabled")) return [];
  return ["sharedListenerPort", "httpPort", "httpsPort", "tlsPassthroughPort"]
    .map((key) => `ingressController.hostNetwork.${key}`)
    .map((path) => [path, Number(valueAt(values, path) ?? 0)] as const)
    .filter(([, port]) => port > 0 && port < 1024);
}

/** The values to set so that Envoy may bind every port. */
function remedyForLowPorts(settings: UserValues, values: HelmValues): string {
  const list = envoyList(values);
  const capabilities = capabilitiesIn(values, list);
  const whole = [...capabilities, "NET_BIND_SERVICE"];
  const keep = isOn(values, keepNetBindService) ? [] : [setTo(originOf(settings, keepNetBindService), true)];
  const hasCapability = !list.applies(values) || gives(capabilities, "NET_BIND_SERVICE");
  const add = hasCapability
    ? []
    : [`set ${originOf(settings, list.path)}, which replaces the whole list, to ${JSON.stringify(whole)}`];
  return allOf(...keep, ...add);
}
interface CapabilityName {
  /** The path of the list that contains it. */
  readonly path: string;
  readonly index: number;
  readonly name: unknown;
}

/** Every name in a list of capabilities. */
function namesIn(values: HelmValues): readonly CapabilityName[] {
  return ["securityContext.capabilities", "envoy.securityContext.capabilities"].flatMap((parent) =>
    Object.entries((valueAt(values, parent) ?? {}) as Readonly<Record<string, unknown>>).flatMap(([container, list]) => {
      if (!Array.isArray(list)) return [];
      return list.map((name: unknown, index) => ({ path: `${parent}.${container}`, index, name }));
    }),
  );
}

function missingCapabilities(list: CapabilityList, settings: UserValues, values: HelmValues): readonly Problem[] {
  const capabilities = capabilitiesIn(values, list);
  // A misspelt name is a problem of its own, and may be the one that is missing.
  if (capabilities.some((name) => capabilityProblems(list.path, name).length > 0)) return [];
  const missing = list.needed.filter((names) => !gives(capabilities, ...names));
  if (missing.length === 0) return [];
  const whole = [...missing.map(([name]) => name), ...capabilities];
  const names = missing.map(([name, ...others]) => (others.length === 0 ? name : `${name} (or ${others.join(" or ")})`));
  return [
    problem(
      originOf(settings, list.path),
      `lacks ${names.join(" and ")}, which ${list.container} needs; a list replaces the whole list of the chart: set it to ${JSON.stringify(whole)}`,
    ),
  ];
}

function capabilityProblems(input: string, name: unknown): readonly Problem[] {
  // The container runtime converts the name to upper case and adds CAP_.
  const capability = String(name).toUpperCase();
  if (withheldByTalos.has(capability)) {
    return [problem(input, `is ${quote(name)}, which Talos gives to no container; leave it out`)];
  }
  if (linuxCapabilities.has(capability) || capability === "ALL") return [];
  return [problem(input, `is ${quote(name)}, which Linux does not know; the names look like NET_ADMIN, without CAP_`)];
}

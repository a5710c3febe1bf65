import {
  detectsDevices,
  deviceEntries,
  type DeviceEntry,
  managedNames,
  matchesAlternativeNames,
  namesOfEntry,
  undetectedPrefixes,
} from "../../cilium/devices.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { findName, type NameSet, namesOf } from "../../inputs/interfaceNames.ts";
import { interfacePatterns, namesOfPatterns } from "../../inputs/interfacePatterns.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { readExistingConfig } from "../../talos/existingConfig.ts";
import { namedMachines } from "../../talos/machines.ts";
import { anyOf, leaveOut } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";
import { listed, selectsByNames } from "./devices.ts";

const selection = "https://github.com/cilium/cilium/blob/v1.20.0/pkg/datapath/linux/devices_controller.go";

type Subject = ValuesSubject<"loadBalancer" | "ciliumVersion">;

/** A policy with valid patterns. */
interface RestrictedPolicy {
  readonly input: string;
  readonly interfaces: readonly string[];
  readonly sets: readonly NameSet[];
}

export const interfaceChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "a policy whose interfaces Cilium does not manage",
      why: "The agent announces only on devices that it manages. If the patterns match none of them, nobody answers.",
      source: selection,
      needs: ["loadBalancer", "ciliumVersion"],
      run: (subject) => {
        const devices = includedDevices(subject);
        if (devices.length > 0 && matchesAlternativeNames(subject.settings.ciliumVersion)) return [];
        const reasonFor = (input: string) =>
          devices.length > 0 ? noneOf(subject, input, devices) : noneDetected(subject, input);
        return policiesOutside(subject).map(({ input, interfaces }) =>
          problem(input, `${quote(interfaces)} ${reasonFor(input)}`),
        );
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "a policy whose interfaces Cilium may not manage",
      why: "Cilium 1.20 compares `devices` with alternative names too, but the patterns of a policy only with the device's own name.",
      source: selection,
      needs: ["loadBalancer", "ciliumVersion"],
      run: (subject) => {
        const devices = includedDevices(subject);
        if (devices.length === 0 || !matchesAlternativeNames(subject.settings.ciliumVersion)) return [];
        const exception = ", unless these are alternative names of others";
        return policiesOutside(subject).map(({ input, interfaces }) =>
          problem(input, `${quote(interfaces)} ${noneOf(subject, input, devices, exception)}`),
        );
      },
    }),
    valuesCheck({
      title: "a policy for interfaces that Cilium leaves out",
      why: "Cilium detects no bridges, IPoIB devices or veth pairs, so a policy for them announces nothing.",
      source: selection,
      needs: ["loadBalancer", "ciliumVersion"],
      run: (subject) => {
        if (!detectsDevices(subject.values)) return [];
        const outside = new Set(policiesOutside(subject).map(({ input }) => input));
        return restrictedPolicies(subject)
          .filter(({ input }) => !outside.has(input))
          .flatMap((policy) => leftOutProblem(subject, policy));
      },
    }),
    valuesCheck({
      title: "a policy for interface names that Talos does not use",
      why: "Talos names interfaces by their position, such as enp3s0 or eno1. eth0 only exists with net.ifnames=0.",
      source: "https://docs.siderolabs.com/talos/v1.13/networking/predictable-interface-names",
      needs: ["loadBalancer", "ciliumVersion", "talos"],
      run: (subject) => {
        if (deviceEntries(subject.values, subject.settings.ciliumVersion).length > 0) return [];
        if (hasKernelNames(subject)) return [];
        return restrictedPolicies(subject).flatMap(({ input, interfaces, sets }) => {
          const { name } = findName([namesOf(kernelNames), ...sets], matchesBoth);
          const other = findName(
            [namesOf("(?i:.*eth.*)"), ...sets],
            ([isEth, ...matches]) => isEth === false && matches.some(Boolean),
          );
          // Patterns that match other names too may be meant for those.
          if (name === undefined || other.name !== undefined || !other.complete) return [];
          return [
            problem(
              input,
              `${quote(interfaces)} matches ${name}, but no name that Talos usually gives, such as enp3s0 or eno1; ` +
                `${leaveOut(input)} to announce on all`,
            ),
          ];
        });
      },
    }),
  ],
};

/** Whether a machine config says that interfaces have such names. */
function hasKernelNames({ settings }: ValuesSubject<"talos">): boolean {
  return namedMachines(settings).some(({ machineConfiguration: config }) => {
    return typeof config === "string" && readExistingConfig(config).usesKernelNames;
  });
}

/** Names by the kernel's order, which need net.ifnames=0. */
const kernelNames = String.raw`eth[0-9]{1,3}(?:\.[0-9]{1,4})?`;

const otherKind = "a device of a container runtime or of Cilium itself";

/** Names that devices of a kind usually have. Cilium leaves out all devices of the kind, unless the value `devices` names them. */
const kindsLeftOut = {
  "a bridge": String.raw`(?:br|virbr|vmbr|lxdbr|ovs|[a-z]+br[0-9]|[a-z-]*bridge).*`,
  "an IPoIB device": "ib[0-9ops].*",
  "a veth pair": "veth.*",
  [otherKind]: `(?:${undetectedPrefixes.join("|")}).*`,
} as const;

/** A VLAN on top of a bridge is not a bridge. */
const vlanNames = String.raw`.*\.[0-9]{1,4}`;

function matchesBoth([first = false, ...others]: readonly boolean[]): boolean {
  return first && others.some(Boolean);
}

/** The entries of `devices` that can select something, if the agent detects no others. */
function includedDevices({ settings, values }: Subject): readonly DeviceEntry[] {
  if (detectsDevices(values)) return [];
  return deviceEntries(values, settings.ciliumVersion).filter(({ excludes }) => !excludes);
}

function noneOf({ settings }: Subject, input: string, devices: readonly DeviceEntry[], exception = ""): string {
  const origin = originOf(settings, "devices");
  return `matches none of the devices that ${origin} leaves to Cilium (${listed(settings, devices)})${exception}; ${anyOf([leaveOut(input), leaveOut(origin)])}`;
}

function noneDetected({ settings, values }: Subject, input: string): string {
  const excludes = deviceEntries(values, settings.ciliumVersion).some((entry) => entry.excludes);
  const excluded = excludes ? `, and those that ${originOf(settings, "devices")} excludes` : "";
  const leftOut = `it leaves out names that begin with ${undetectedPrefixes.join(", ")}${excluded}`;
  return `matches no device that Cilium detects; ${leftOut}; ${leaveOut(input)} to announce on all others`;
}

function restrictedPolicies({ settings }: Subject): readonly RestrictedPolicy[] {
  return settings.loadBalancer.l2Policies.flatMap((policy, index) => {
    const sets = namesOfPatterns(interfacePatterns(policy, index));
    if (sets.length === 0) return [];
    return [{ input: `loadBalancer.l2Policies[${index}].interfaces`, interfaces: policy.interfaces ?? [], sets }];
  });
}

/** The policies whose patterns match the name of no device that the agent may manage. None if the fault is in `devices` alone. */
function policiesOutside(subject: Subject): readonly RestrictedPolicy[] {
  const { ciliumVersion } = subject.settings;
  const policies = restrictedPolicies(subject);
  if (policies.length === 0 || !selectsByNames(subject.values, ciliumVersion)) return [];
  const managed = managedNames(subject.values, ciliumVersion);
  return policies.filter(({ sets }) => {
    const { name, complete } = findName(
      [...sets, ...managed.sets],
      (matches) => matches.slice(0, sets.length).some(Boolean) && managed.accepts(matches.slice(sets.length)),
    );
    return name === undefined && complete;
  });
}

/**
 * A problem if everything that the patterns say is the name of a kind that Cilium leaves out. An unanchored `br0` also matches other names
 * that contain it, but speaks of a bridge, so the patterns are compared as a whole.
 */
function leftOutProblem({ settings, values }: Subject, { input, interfaces, sets }: RestrictedPolicy): readonly Problem[] {
  const included = deviceEntries(values, settings.ciliumVersion).filter(({ excludes }) => !excludes);
  if (included.some((entry) => findName([namesOfEntry(entry), ...sets], matchesBoth).name !== undefined)) return [];
  const kinds = Object.entries(kindsLeftOut).map(([kind, names]) => ({ kind, set: namesOf(names) }));
  const written = sets.map((set) => ({ ...set, whole: true }));
  const other = findName(
    [...kinds.map(({ set }) => set), ...written],
    (matches) => !matches.slice(0, kinds.length).some(Boolean) && matches.slice(kinds.length).some(Boolean),
    { orEmpty: true },
  );
  if (other.name !== undefined || !other.complete) return [];
  const kind = kinds.find(({ set }) => {
    const { name } = findName([set, namesOf(vlanNames), ...written], ([isKind, isVlan, ...matches]) => {
      return isKind === true && isVlan === false && matches.some(Boolean);
    });
    return name !== undefined;
  })?.kind;
  if (kind === undefined) return [];
  const isOfNodes = kind !== otherKind;
  const unless = isOfNodes ? ` unless ${originOf(settings, "devices")} names it` : "";
  const name = isOfNodes ? "name it there, with all other devices of the LAN, or " : "";
  const remedy = `${name}${leaveOut(input)} to announce on the devices that Cilium detects`;
  return [problem(input, `${quote(interfaces)} is for ${kind}, which Cilium leaves out${unless}; ${remedy}`)];
}

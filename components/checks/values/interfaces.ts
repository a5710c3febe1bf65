import { originOf } from "../../cilium/valueOrigins.ts";
import { type HelmValues, isOn, valueAt } from "../../helm/values.ts";
import { interfacePatterns, matchesSome } from "../../inputs/interfacePatterns.ts";
import type { L2Policy } from "../../inputs/loadBalancerArgs.ts";
import { problem, quote } from "../../support/problems.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const announcements = "https://docs.cilium.io/en/stable/network/l2-announcements/";

/** Names as Talos gives them: by the position of the interface. */
const predictableNames = ["enp3s0", "eno1", "ens18", "enx001122334455", "bond0", "br0"];

export const interfaceChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "a policy whose interfaces Cilium does not manage",
      why: "The agent announces only on devices that it manages. If the patterns match none of them, nobody answers.",
      source: `${announcements}#interfaces`,
      needs: ["loadBalancer"],
      run: ({ settings, values }) => {
        const devices = managedDevices(values);
        if (devices.some(isWildcard)) return [];
        return policiesOutside(settings.loadBalancer.l2Policies, devices).map((input) =>
          problem(
            input,
            `matches none of the devices that ${originOf(settings, "devices")} leaves to Cilium (${devices.join(", ")}); change one of the two`,
          ),
        );
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "a policy whose interfaces Cilium may not manage",
      why: "The agent announces only on devices that it manages. A wildcard may match other names than those that were tried.",
      source: `${announcements}#interfaces`,
      needs: ["loadBalancer"],
      run: ({ settings, values }) => {
        const devices = managedDevices(values);
        if (!devices.some(isWildcard)) return [];
        return policiesOutside(settings.loadBalancer.l2Policies, devices).map((input) =>
          problem(
            input,
            `seems to match none of the devices that ${originOf(settings, "devices")} leaves to Cilium (${devices.join(", ")})`,
          ),
        );
      },
    }),
    valuesCheck({
      title: "a policy for interface names that Talos does not use",
      why: "Talos names interfaces by their position, such as enp3s0 or eno1. eth0 only exists with net.ifnames=0.",
      source: "https://docs.siderolabs.com/talos/v1.13/networking/predictable-interface-names",
      needs: ["loadBalancer"],
      run: ({ settings, values }) => {
        if (valueAt(values, "devices") !== undefined) return [];
        return settings.loadBalancer.l2Policies.flatMap((policy, index) => {
          const patterns = interfacePatterns(policy, index);
          if (!matchesSome(patterns, ["eth0"]) || matchesSome(patterns, predictableNames)) return [];
          return [
            problem(
              `loadBalancer.l2Policies[${index}].interfaces`,
              `${quote(policy.interfaces)} matches eth0, but no name that Talos usually gives, such as ` +
                `${predictableNames.slice(0, 2).join(" or ")}; leave interfaces out to announce on all`,
            ),
          ];
        });
      },
    }),
  ],
};

/** The devices that the values leave to Cilium. Empty if they do not restrict them. */
function managedDevices(values: HelmValues): readonly string[] {
  // Cilium then detects and manages further devices.
  if (isOn(values, "forceDeviceDetection")) return [];
  const devices = listedDevices(valueAt(values, "devices")).filter((device) => device !== "");
  // An exclamation mark excludes a device, and Cilium manages all others.
  return devices.some((device) => device.startsWith("!")) ? [] : devices;
}

function listedDevices(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" ? value.split(/[\s,]+/) : [];
}

function isWildcard(device: string): boolean {
  return device.endsWith("+");
}

/** The inputs of the policies whose patterns match none of the devices. */
function policiesOutside(policies: readonly L2Policy[], devices: readonly string[]): readonly string[] {
  if (devices.length === 0) return [];
  const names = devices.flatMap((device) => (isWildcard(device) ? sampleNames(device.slice(0, -1)) : [device]));
  return policies.flatMap((policy, index) => {
    const patterns = interfacePatterns(policy, index);
    if (patterns.length === 0 || patterns.some(({ error }) => error !== undefined)) return [];
    return matchesSome(patterns, names) ? [] : [`loadBalancer.l2Policies[${index}].interfaces`];
  });
}

/** Names that a wildcard such as `enp+` matches. */
function sampleNames(prefix: string): readonly string[] {
  const numbers = Array.from({ length: 10 }, (_, number) => String(number));
  const suffixes = [...numbers, "3s0", "1s0f0", "s18", "0.100"];
  const predictable = predictableNames.filter((name) => name.startsWith(prefix));
  return [...suffixes.map((suffix) => `${prefix}${suffix}`), ...predictable];
}

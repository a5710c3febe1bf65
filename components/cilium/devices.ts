import { type HelmValues, isOn, valueAt } from "../helm/values.ts";
import { type NameSet, namesOf, namesWith } from "../inputs/interfaceNames.ts";
import { isInRange } from "../versions/supported.ts";

// Which network devices the agent manages: isSelectedDevice and DeviceFilter.Match in Cilium's pkg/datapath. What it only knows at runtime,
// such as addresses and routes, is left out.

/** One of the entries of the value `devices`. */
export interface DeviceEntry {
  /** As it is written. */
  readonly text: string;
  /** Whether devices that match it are not managed. */
  readonly excludes: boolean;
  /** Whether it ends in a plus sign, and stands for all names with this beginning. */
  readonly isWildcard: boolean;
  /** The name, or the beginning of a wildcard. */
  readonly name: string;
}

/** Beginnings of names that the agent leaves out when it detects devices. They are defaults.ExcludedDevicePrefixes in all supported releases. */
export const undetectedPrefixes: readonly string[] = ["cilium_", "lo", "lxc", "cni", "docker"];

/** The entries of the value `devices`. Without any, the agent detects devices itself. */
export function deviceEntries(values: HelmValues, ciliumVersion: string): readonly DeviceEntry[] {
  return splitDevices(valueAt(values, "devices")).map((text) => {
    const excludes = text.startsWith("!") && knowsExclusions(ciliumVersion);
    const name = excludes ? text.slice(1) : text;
    return { text, excludes, isWildcard: name.endsWith("+"), name: name.replace(/\++$/, "") };
  });
}

/** Whether an exclamation mark excludes a device. Up to 1.18 it is part of the name. */
export function knowsExclusions(ciliumVersion: string): boolean {
  return isInRange(ciliumVersion, ">=1.19.0");
}

/** Whether an entry may be an alternative name of a device, whose own name then does not matter. */
export function matchesAlternativeNames(ciliumVersion: string): boolean {
  return isInRange(ciliumVersion, ">=1.20.0");
}

/** Whether the agent detects devices itself, alone or besides those that the entries name. */
export function detectsDevices(values: HelmValues): boolean {
  return isOn(values, "forceDeviceDetection") || splitDevices(valueAt(values, "devices")).length === 0;
}

/**
 * Splits the value as the agent does. It splits at commas. A value without a comma is split at blanks. The chart joins the items of a list with
 * blanks. `eth0, eth1` is therefore `eth0` and ` eth1`, and no device has that name.
 */
function splitDevices(value: unknown): readonly string[] {
  const text = joinedDevices(value).trim();
  if (text === "") return [];
  return text.includes(",") ? text.split(",") : text.split(/\s+/);
}

function joinedDevices(value: unknown): string {
  if (Array.isArray(value)) return value.filter((item) => item !== null).join(" ");
  return typeof value === "string" ? value : "";
}

/** The names of an entry. */
export function namesOfEntry({ name, isWildcard }: DeviceEntry): NameSet {
  return namesWith(name, !isWildcard);
}

/** The names of managed devices: sets, and how they combine. */
export interface ManagedNames {
  readonly sets: readonly NameSet[];
  /** Whether a device is managed, by which of the sets have its name. */
  readonly accepts: (matches: readonly boolean[]) => boolean;
}

/** The names that a device may have, so that the agent manages it. The first entry that matches decides. */
export function managedNames(values: HelmValues, ciliumVersion: string): ManagedNames {
  const entries = deviceEntries(values, ciliumVersion);
  const detects = detectsDevices(values);
  return {
    sets: [...entries.map(namesOfEntry), namesOf(`(?:${undetectedPrefixes.join("|")}).*`)],
    accepts: (matches) => {
      const entry = entries.find((_, index) => matches[index]);
      return entry === undefined ? detects && matches[entries.length] === false : !entry.excludes;
    },
  };
}

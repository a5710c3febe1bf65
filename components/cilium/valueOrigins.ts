import { helmValues, type HelmValues } from "./values.ts";
import type { Settings } from "../inputs/settings.ts";

/** The values that the chart gets, wherever they come from. */
export interface Effective {
  readonly settings: Settings;
  readonly values: HelmValues;
}

export function effective(settings: Settings): Effective {
  return { settings, values: helmValues(settings) };
}

/** The value at a path such as `bpf.masquerade`; undefined where the chart's default stands. */
export function at(values: HelmValues, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as HelmValues | null | undefined)?.[key] ?? undefined, values);
}

/** Whether a value is on, as the chart has it: some switches may be strings. */
export function isOn(values: HelmValues, path: string): boolean {
  return String(at(values, path)) === "true";
}

/** Whether a value is off, said so. */
export function isOff(values: HelmValues, path: string): boolean {
  return String(at(values, path)) === "false";
}

// The inputs that make values of other names.
const origins: Readonly<Record<string, string>> = {
  routingMode: "routing.mode",
  ipv4NativeRoutingCIDR: "podCidr",
  autoDirectNodeRoutes: "routing.directRoutes",
  k8sServiceHost: "kubePrism.host",
  "gatewayAPI.enabled": "gatewayApi.enabled",
  "hubble.relay.enabled": "hubble.relay",
  "hubble.ui.enabled": "hubble.ui",
  "l2announcements.enabled": "l2.enabled",
  "l2announcements.leaseDuration": "l2.leaseDuration",
  "l2announcements.leaseRenewDeadline": "l2.leaseRenewDeadline",
  "l2announcements.leaseRetryPeriod": "l2.leaseRetryPeriod",
};

/** The input that a value comes from: the first of these that is among the user's own values, else the first. */
export function inputOf({ values }: Settings, ...paths: readonly [string, ...string[]]): string {
  const own = paths.find((path) => at(values, path) !== undefined);
  return own === undefined ? (origins[paths[0]] ?? `values.${paths[0]}`) : `values.${own}`;
}

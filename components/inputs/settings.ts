import semver from "semver";
import type { ChartSource, GatewayApi, Hubble, KubePrism, Routing, TalosCiliumCniArgs } from "./args.ts";
import type { L2, Lan, LoadBalancer } from "./loadBalancerArgs.ts";
import type { Talos } from "./talosArgs.ts";
import { merge } from "../support/merge.ts";
import { ciliumMinor, minorOf, talosMinors } from "../versions/supported.ts";

type Filled<T, Optional extends keyof T = never> = Required<Omit<T, Optional>> & Pick<T, Optional>;

/** The inputs with every default filled in. `values` are all values of the user's own, those of `secretValues` included. */
export interface Settings extends Required<
  Pick<
    TalosCiliumCniArgs,
    | "delivery"
    | "ciliumVersion"
    | "kubernetesVersion"
    | "namespace"
    | "podCidr"
    | "serviceCidr"
    | "values"
    | "secretValues"
    | "allowUnknownValues"
  >
> {
  readonly routing: Filled<Routing>;
  readonly kubePrism: Filled<KubePrism>;
  readonly gatewayApi: Filled<GatewayApi, "crdsPath">;
  readonly hubble: Filled<Hubble>;
  readonly l2: Filled<L2, "leaseDuration" | "leaseRenewDeadline" | "leaseRetryPeriod">;
  readonly loadBalancer: Filled<LoadBalancer>;
  readonly lan: Filled<Lan, "vip" | "gateway" | "dhcpRange">;
  readonly chart: Filled<ChartSource, "path" | "sha256">;
  readonly talos: Filled<Talos, "version" | "clientConfiguration">;
}

/** The defaults, but for the Kubernetes version, which follows the Cilium version. */
export const defaults = {
  delivery: "manifest",
  ciliumVersion: "1.18.4",
  namespace: "kube-system",
  podCidr: "10.244.0.0/16",
  serviceCidr: "10.96.0.0/12",
  routing: { mode: "native", directRoutes: true },
  kubePrism: { host: "localhost", port: 7445 },
  gatewayApi: { enabled: true, alpn: true, appProtocol: true, installCrds: true },
  hubble: { enabled: false, relay: false, ui: false },
  l2: { enabled: true },
  loadBalancer: { ipPools: [], l2Policies: [], externalClusterIp: false, operatorTimeout: "10m" },
  lan: { nodes: [], subnets: [] },
  chart: { repository: "https://helm.cilium.io" },
  values: {},
  secretValues: {},
  allowUnknownValues: [],
  talos: {
    forwardKubeDNSToHost: true,
    nodeCidrMaskSize: 24,
    configContract: "1.13",
    controlPlanes: [],
    workers: [],
    applyMode: "staged_if_needing_reboot",
  },
} as const satisfies Omit<Settings, "kubernetesVersion">;

/** Fills in the defaults. */
export function settingsOf(args: TalosCiliumCniArgs): Settings {
  const given = merge<Omit<Settings, "kubernetesVersion">>(defaults, args);
  const settings = { ...given, values: merge(given.values, given.secretValues) };
  return {
    ...settings,
    kubernetesVersion: args.kubernetesVersion ?? newestKubernetes(settings),
    l2: { ...settings.l2, enabled: booleanAt(settings.values, "l2announcements", "enabled") ?? settings.l2.enabled },
    // What goes with a tunnel and what does not follows the user's own values, unless the inputs say otherwise.
    routing: {
      ...settings.routing,
      mode: args.routing?.mode ?? (settings.values["routingMode"] === "tunnel" ? "tunnel" : "native"),
    },
  };
}

function booleanAt(values: unknown, ...path: readonly string[]): boolean | undefined {
  const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], values);
  return typeof value === "boolean" ? value : undefined;
}

/** The newest Kubernetes that this Cilium is tested with and that this Talos runs; empty when the Cilium is not known. */
function newestKubernetes({ ciliumVersion, talos }: Pick<Settings, "ciliumVersion" | "talos">): string {
  const tested = ciliumMinor(ciliumVersion)?.kubernetes.newest;
  const version = semver.coerce(talos.version)?.version;
  const runs = version === undefined ? undefined : talosMinors[minorOf(version)]?.newest;
  const known = [tested, runs].filter((minor) => minor !== undefined);
  return tested === undefined ? "" : (known.sort((a, b) => semver.compare(`${a}.0`, `${b}.0`))[0] ?? "");
}

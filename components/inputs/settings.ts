import semver from "semver";
import { merge } from "../support/merge.ts";
import { ciliumMinor, minorOf, talosMinors } from "../versions/supported.ts";
import type { KubePrism, Routing, TalosCiliumCniArgs } from "./args.ts";
import type { BgpInstance } from "./bgpArgs.ts";
import type { ChartSource } from "./chartArgs.ts";
import type { GatewayApi, Hubble } from "./featureArgs.ts";
import type { L2, Lan, LoadBalancer } from "./loadBalancerArgs.ts";
import type { Talos } from "./talosArgs.ts";

type WithDefaults<T, Optional extends keyof T = never> = Required<Omit<T, Optional>> & Pick<T, Optional>;

/** The inputs with every default filled in. */
export interface Settings extends Required<
  Pick<
    TalosCiliumCniArgs,
    | "delivery"
    | "ciliumVersion"
    | "kubernetesVersion"
    | "namespace"
    | "podCidr"
    | "serviceCidr"
    | "secretValues"
    | "allowUnknownValues"
    | "allowUnsafeChanges"
  >
> {
  // Without a mode, the user's own values decide between native routing and a tunnel.
  readonly routing: WithDefaults<Routing, "mode">;
  readonly kubePrism: WithDefaults<KubePrism>;
  readonly gatewayApi: WithDefaults<GatewayApi, "crdsPath">;
  readonly hubble: WithDefaults<Hubble>;
  readonly l2: WithDefaults<L2, "leaseDuration" | "leaseRenewDeadline" | "leaseRetryPeriod">;
  readonly loadBalancer: WithDefaults<LoadBalancer>;
  readonly bgp: readonly BgpInstance[];
  readonly lan: WithDefaults<Lan, "vip" | "gateway" | "dhcpRange">;
  readonly chart: WithDefaults<ChartSource, "path" | "sha256">;
  // Without `forwardKubeDNSToHost`, the machine configs answer: ask `forwardsKubeDns`.
  readonly talos: WithDefaults<Talos, "version" | "forwardKubeDNSToHost" | "clientConfiguration">;
  /** The user's own Helm values: the input `values` with `secretValues` merged over it. */
  readonly userValues: Readonly<Record<string, unknown>>;
}

type DefaultedInputs = Omit<Settings, "kubernetesVersion" | "userValues"> & Required<Pick<TalosCiliumCniArgs, "values">>;

/** The default of each input. `kubernetesVersion` has none here, because it depends on the Cilium and Talos versions. */
export const inputDefaults = {
  delivery: "manifest",
  ciliumVersion: "1.19.6",
  namespace: "kube-system",
  podCidr: "10.244.0.0/16",
  serviceCidr: "10.96.0.0/12",
  routing: { mode: "native", directRoutes: true },
  kubePrism: { host: "localhost", port: 7445 },
  gatewayApi: { enabled: true, alpn: true, appProtocol: true, installCrds: true },
  hubble: { enabled: false, relay: false, ui: false },
  l2: { enabled: true },
  loadBalancer: { ipPools: [], l2Policies: [], externalClusterIp: false, operatorTimeout: "10m" },
  bgp: [],
  lan: { nodes: [], subnets: [] },
  chart: { repository: "https://helm.cilium.io" },
  values: {},
  secretValues: {},
  allowUnknownValues: [],
  allowUnsafeChanges: [],
  talos: {
    nodeCidrMaskSize: 24,
    nodeCidrMaskSizeIPv6: 64,
    configContract: "1.13",
    controlPlanes: [],
    workers: [],
    applyMode: "staged_if_needing_reboot",
    sync: false,
  },
} as const satisfies DefaultedInputs;

/** Fills in the defaults. */
export function resolveSettings(args: TalosCiliumCniArgs): Settings {
  const { values, ...settings } = merge<DefaultedInputs>(inputDefaults, args);
  return {
    ...settings,
    routing: routingSettings(args, settings),
    userValues: merge(values, settings.secretValues),
    kubernetesVersion: args.kubernetesVersion ?? newestKubernetes(settings),
  };
}

/** Leaves out the default mode, because a mode that the user asks for has precedence over his own values. */
function routingSettings(
  { routing: { mode } = {} }: TalosCiliumCniArgs,
  { routing }: Pick<DefaultedInputs, "routing">,
): Settings["routing"] {
  const { directRoutes } = routing;
  return mode === undefined ? { directRoutes } : { directRoutes, mode };
}

/** The newest Kubernetes that this Cilium is tested with and that this Talos runs. Empty if this Cilium is not supported. */
function newestKubernetes({ ciliumVersion, talos }: Pick<Settings, "ciliumVersion" | "talos">): string {
  const newestForCilium = ciliumMinor(ciliumVersion)?.kubernetes.newest;
  if (newestForCilium === undefined) return "";
  const talosVersion = semver.coerce(talos.version)?.version;
  const newestForTalos = talosVersion === undefined ? undefined : talosMinors[minorOf(talosVersion)]?.newest;
  if (newestForTalos === undefined) return newestForCilium;
  return semver.lt(`${newestForTalos}.0`, `${newestForCilium}.0`) ? newestForTalos : newestForCilium;
}

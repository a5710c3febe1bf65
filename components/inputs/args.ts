import type { BgpInstance } from "./bgpArgs.ts";
import type { ChartSource } from "./chartArgs.ts";
import type { GatewayApi, Hubble } from "./featureArgs.ts";
import type { L2, Lan, LoadBalancer } from "./loadBalancerArgs.ts";
import type { Talos } from "./talosArgs.ts";

/**
 * The inputs of `TalosCiliumCni`. They are plain data, known when the program starts, so previews are complete and errors come at
 * once. Only the client configuration, machine addresses and machine configs may be Pulumi inputs. Every input has a default; an
 * empty object gives a cluster network that works on Talos.
 *
 * `args.schema.json` is generated from this file and those that it imports (`npm run generate`). It checks the inputs when the
 * program runs.
 */
export interface TalosCiliumCniArgs {
  /**
   * How Cilium gets into the cluster. `manifest` renders and exports, and touches nothing. `chart` installs the chart, the pools,
   * the policies and the BGP objects in the cluster of the Kubernetes provider. `machineConfig` makes patches for the Talos machine config, so
   * that a cluster boots with Cilium, and applies them to the machines in `talos`.
   *
   * @default "manifest"
   */
  readonly delivery?: Delivery;

  /**
   * The Cilium release, for example `1.19.6`. Minor releases 1.18, 1.19 and 1.20 are supported.
   *
   * @default "1.19.6"
   * @see https://github.com/cilium/cilium/releases
   */
  readonly ciliumVersion?: string;

  /**
   * The Kubernetes version of the cluster, for example `1.33` or `1.33.2`. The chart writes some fields differently for
   * versions that this Cilium is not tested with; delivery `chart` always renders for the version of the cluster.
   *
   * @default the newest that this Cilium is tested with (1.33 for 1.18, 1.35 for 1.19, 1.36 for 1.20) and that `talos.version` supports
   * @see https://docs.cilium.io/en/stable/network/kubernetes/compatibility/
   */
  readonly kubernetesVersion?: string;

  /**
   * The namespace of Cilium's own objects. Talos admits privileged pods in `kube-system` without further configuration. For any
   * other namespace the manifest begins with a Namespace that carries the PodSecurity labels they need.
   *
   * @default "kube-system"
   * @see https://docs.siderolabs.com/kubernetes-guides/security/pod-security
   */
  readonly namespace?: string;

  /**
   * The range of the pods in CIDR notation, or one of each IP family with a comma between them, such as
   * `10.244.0.0/16,fd00:10:244::/56`. It decides which IP families Cilium uses; the first one is the primary family. The ranges are
   * the same as `cluster.network.podSubnets` in the Talos machine config. With native routing, traffic to them is routed without
   * masquerading. If `values.ipam.mode` lets Cilium's operator assign the addresses, it takes them from these ranges too, unless the
   * values name another pool.
   *
   * @default "10.244.0.0/16"
   * @see https://kubernetes.io/docs/concepts/services-networking/dual-stack/
   */
  readonly podCidr?: string;

  /**
   * The range of the ClusterIPs in CIDR notation, or one of each IP family with a comma between them, such as
   * `10.96.0.0/12,fd00:10:96::/108`. They are the same as `cluster.network.serviceSubnets` in the Talos machine config. Cilium itself
   * does not need them, because it learns Services from the API server. Other addresses are checked against them.
   *
   * @default "10.96.0.0/12"
   * @see https://kubernetes.io/docs/concepts/services-networking/dual-stack/
   */
  readonly serviceCidr?: string;

  /** How packets travel from node to node. */
  readonly routing?: Routing;

  /** Where the agents and the operator reach the Kubernetes API. The default is KubePrism, Talos' load balancer on every node. */
  readonly kubePrism?: KubePrism;

  /** Gateway API, with Cilium as the controller of Gateways and routes. */
  readonly gatewayApi?: GatewayApi;

  /** Hubble, Cilium's observability. Its certificates are made in the cluster, so the manifest contains no private key. */
  readonly hubble?: Hubble;

  /** Announcement of LoadBalancer IPs on the local network: by ARP, and from Cilium 1.19 on by neighbor discovery for IPv6. */
  readonly l2?: L2;

  /** The addresses of LoadBalancer Services, and who announces them. */
  readonly loadBalancer?: LoadBalancer;

  /**
   * BGP sessions to the routers of the network, which learn the addresses of Services from them. It turns on Cilium's BGP control plane. Each
   * entry is for the nodes that it selects; most networks have one.
   *
   * @default []
   * @see https://docs.cilium.io/en/stable/network/bgp-control-plane/bgp-control-plane-configuration/
   */
  readonly bgp?: BgpInstance[];

  /** Facts about the local network. The other addresses are checked against them. */
  readonly lan?: Lan;

  /** Where the Helm chart comes from. */
  readonly chart?: ChartSource;

  /**
   * Helm values of the Cilium chart, deeply merged over the values that the other inputs make. A list replaces the whole list.
   * `null` is passed to Helm, which removes the key.
   *
   * @default {}
   * @see https://docs.cilium.io/en/stable/helm-reference/
   */
  // Pulumi has no type for "anything" but `any`.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly values?: Record<string, any>;

  /**
   * Secret Helm values, merged over `values` in the same way. The manifest, the machine config patches and every object that
   * differs because of them become secret, in outputs, state, files and messages. In the config of a stack they may be encrypted
   * (`pulumi config set --secret --path secretValues.x`); every other encrypted input is rejected.
   *
   * @default {}
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly secretValues?: Record<string, any>;

  /**
   * Paths in `values`, such as `bpf.newKey`, that are accepted although the chart does not know them and they change nothing. A
   * path includes everything below it.
   *
   * @default []
   */
  readonly allowUnknownValues?: string[];

  /**
   * Changes that are refused otherwise, because a running cluster does not survive them or Cilium does not test them. Each word permits one
   * change: `minorSkip` an upgrade of `ciliumVersion` that skips a minor release, `downgrade` one by more than one minor release, and
   * `podCidr`, `serviceCidr`, `namespace` and `routingMode` another value of that input. Name a change for the one `pulumi up` that makes it,
   * and remove the word afterwards; a preview warns of every word until then. A new stack needs none.
   *
   * @default []
   * @see docs/upgrading.md
   */
  readonly allowUnsafeChanges?: UnsafeChange[];

  /** Facts about Talos, and the machines that delivery `machineConfig` configures. */
  readonly talos?: Talos;
}

/** How Cilium gets into the cluster. */
export const Delivery = { Manifest: "manifest", Chart: "chart", MachineConfig: "machineConfig" } as const;
export type Delivery = (typeof Delivery)[keyof typeof Delivery];

/** A change of an existing stack that is refused unless it is named. */
export const UnsafeChange = {
  MinorSkip: "minorSkip",
  Downgrade: "downgrade",
  PodCidr: "podCidr",
  ServiceCidr: "serviceCidr",
  Namespace: "namespace",
  RoutingMode: "routingMode",
} as const;
export type UnsafeChange = (typeof UnsafeChange)[keyof typeof UnsafeChange];

/** Whether pod traffic is routed or tunnelled. */
export const RoutingMode = { Native: "native", Tunnel: "tunnel" } as const;
export type RoutingMode = (typeof RoutingMode)[keyof typeof RoutingMode];

/** How packets travel from node to node. */
export interface Routing {
  /**
   * `native`: nodes route pod traffic themselves, at full MTU. `tunnel`: pod traffic travels in VXLAN, for nodes whose network
   * would not route it.
   *
   * @default "native"
   * @see https://docs.cilium.io/en/stable/network/concepts/routing/
   */
  readonly mode?: RoutingMode;

  /**
   * Whether each node installs a route to the pods of every other node. All nodes must then share one network segment. Turn it
   * off where BGP or the router knows these routes. It has no effect with `tunnel`.
   *
   * @default true
   */
  readonly directRoutes?: boolean;
}

/** The address of the Kubernetes API. */
export interface KubePrism {
  /**
   * Host name or address of the API server, as seen from a node.
   *
   * @default "localhost"
   * @see https://docs.siderolabs.com/kubernetes-guides/advanced-guides/kubeprism
   */
  readonly host?: string;

  /**
   * TCP port.
   *
   * @default 7445
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  readonly port?: number;
}

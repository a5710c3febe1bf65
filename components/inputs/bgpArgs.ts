import type { LabelSelector } from "./loadBalancerArgs.ts";

/** BGP sessions from nodes to routers, and what the nodes announce in them. One `CiliumBGPClusterConfig` object, with what it refers to. */
export interface BgpInstance {
  /** Name of the objects, a DNS label. */
  readonly name: string;

  /**
   * The autonomous system number of the nodes. Private networks use 64512 to 65534 or 4200000000 to 4294967294.
   *
   * @asType integer
   * @minimum 1
   * @maximum 4294967295
   * @see https://www.rfc-editor.org/rfc/rfc6996
   */
  readonly localAsn: number;

  /** The routers that the nodes connect to. */
  readonly peers: BgpPeer[];

  /**
   * The nodes that connect to the peers. Only one instance may select a node.
   *
   * @default every node
   */
  readonly nodeSelector?: LabelSelector;

  /** What the nodes announce to the peers. */
  readonly advertise?: BgpAdvertise;
}

/**
 * A router that the nodes connect to. It learns the addresses of its own IP family: give a router with IPv4 and IPv6 as two peers, one for
 * each address.
 */
export interface BgpPeer {
  /** IP address of the router, as the nodes reach it. */
  readonly address: string;

  /**
   * The autonomous system number of the router. The same as `localAsn` makes the session internal (iBGP).
   *
   * @asType integer
   * @minimum 1
   * @maximum 4294967295
   */
  readonly asn: number;

  /**
   * TCP port of the router.
   *
   * @default 179
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  readonly port?: number;

  /**
   * The number of hops to a router that is in none of the networks of the nodes. External sessions (eBGP) only: internal ones may take any
   * number of hops.
   *
   * @default 1: the router is in a network of the nodes
   * @asType integer
   * @minimum 1
   * @maximum 255
   */
  readonly ebgpMultihop?: number;

  /**
   * Seconds without a message after which the router takes a node for dead and removes its routes. The router may ask for less.
   *
   * @default 90
   * @asType integer
   * @minimum 3
   * @maximum 65535
   */
  readonly holdTimeSeconds?: number;

  /**
   * Seconds between two messages that show that the node is alive.
   *
   * @default a third of `holdTimeSeconds`
   * @asType integer
   * @minimum 1
   * @maximum 65535
   */
  readonly keepAliveTimeSeconds?: number;

  /**
   * Seconds until a node tries again to connect to a router that does not answer.
   *
   * @default 120
   * @asType integer
   * @minimum 1
   * @maximum 2147483647
   */
  readonly connectRetryTimeSeconds?: number;

  /** Whether the router keeps the routes of a node while its agent restarts. */
  readonly gracefulRestart?: BgpGracefulRestart;

  /**
   * Name of a Secret whose key `password` is the password of the session (TCP MD5, at most 80 characters). It must be in the namespace
   * `kube-system`, or in that of `values.bgpControlPlane.secretsNamespace.name`. This component does not create it.
   *
   * @default no password
   * @see https://docs.cilium.io/en/stable/network/bgp-control-plane/bgp-control-plane-configuration/#md5-password
   */
  readonly authSecretRef?: string;
}

/**
 * Graceful restart: the router keeps sending traffic to a node whose agent restarts, as in an update of Cilium. Cilium asks for the same for a
 * silent node (RFC 8538), and FRR then sends traffic to a node that is off for the hold time and `restartTimeSeconds`, unless it is configured as
 * in `bgpRouterConfig`. BIRD removes the node after the hold time.
 */
export interface BgpGracefulRestart {
  /** Whether the nodes ask the router for it. */
  readonly enabled: boolean;

  /**
   * Seconds that the router keeps the routes of a node whose connection ended.
   *
   * @default 120
   * @asType integer
   * @minimum 1
   * @maximum 4095
   */
  readonly restartTimeSeconds?: number;
}

/** What nodes announce to routers. */
export interface BgpAdvertise {
  /**
   * Whether to announce the addresses that LoadBalancer Services got from a pool.
   *
   * @default true
   */
  readonly loadBalancerIPs?: boolean;

  /**
   * Whether to announce the addresses in `spec.externalIPs` of Services.
   *
   * @default false
   */
  readonly externalIPs?: boolean;

  /**
   * Whether to announce the ClusterIPs of Services. They answer clients outside the cluster only with `loadBalancer.externalClusterIp`.
   *
   * @default false
   */
  readonly clusterIPs?: boolean;

  /**
   * The Services whose addresses are announced. A Service with a `loadBalancerClass` other than `io.cilium/bgp-control-plane` is never
   * announced.
   *
   * @default every Service
   */
  readonly serviceSelector?: LabelSelector;

  /**
   * Whether each node announces its pod range. Use it in place of `routing.directRoutes` if the nodes are in different networks, so that the
   * router routes between pods.
   *
   * @default false
   */
  readonly podCidrs?: boolean;

  /** Communities of the announced routes, for the filters of the router. */
  readonly communities?: BgpCommunities;

  /**
   * Preference of the announced routes: the highest wins. Internal sessions (iBGP) only.
   *
   * @asType integer
   * @minimum 0
   * @maximum 4294967295
   */
  readonly localPreference?: number;
}

/** Communities of a route. */
export interface BgpCommunities {
  /** Standard communities: a 32-bit number such as `4259840100`, or two of 16 bits such as `65000:100`. */
  readonly standard?: string[];

  /** Names of well-known communities, such as `no-export`. */
  readonly wellKnown?: string[];

  /** Large communities: three 32-bit numbers such as `4200000000:100:1`. */
  readonly large?: string[];
}

export interface L2 {
  /**
   * Whether the agents can announce LoadBalancer IPs. What is announced, a policy says: `loadBalancer.l2Policies`.
   *
   * @default true
   * @see https://docs.cilium.io/en/stable/network/l2-announcements/
   */
  readonly enabled?: boolean;

  /**
   * How long the others wait for the announcing node before one of them takes over: a Go duration, such as `15s`.
   *
   * @default the chart's: 15s
   */
  readonly leaseDuration?: string;

  /**
   * How long the announcing node tries to renew its lease before it stops announcing: a Go duration, shorter than
   * `leaseDuration`.
   *
   * @default the chart's: 5s
   */
  readonly leaseRenewDeadline?: string;

  /**
   * How often the lease is renewed: a Go duration. Each Service costs one API write per period.
   *
   * @default the chart's: 2s
   */
  readonly leaseRetryPeriod?: string;
}

export interface LoadBalancer {
  /**
   * Addresses that LoadBalancer Services may get.
   *
   * @default none: pick addresses of your node subnet that DHCP never hands out
   * @see https://docs.cilium.io/en/stable/network/lb-ipam/
   */
  readonly ipPools?: readonly IpPool[];

  /**
   * Who answers ARP for which Service.
   *
   * @default none: nothing answers on your network unless you ask for it
   * @see https://docs.cilium.io/en/stable/network/l2-announcements/
   */
  readonly l2Policies?: readonly L2Policy[];

  /**
   * Whether ClusterIPs answer to clients outside the cluster too (the chart's `bpf.lbExternalClusterIP`). Such clients need a
   * route to `serviceCidr` by way of a node.
   *
   * @default false
   * @see https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/#external-access-to-clusterip-services
   */
  readonly externalClusterIp?: boolean;

  /**
   * Delivery `chart`: how long pools and policies wait for Cilium's operator to register their kinds: a Go duration.
   *
   * @default "10m"
   */
  readonly operatorTimeout?: string;
}

/** A `CiliumLoadBalancerIPPool`. */
export interface IpPool {
  /** Name of the object: a DNS subdomain. */
  readonly name: string;

  /** The addresses. A Service gets the first that is free. */
  readonly blocks: readonly IpPoolBlock[];

  /**
   * The Services that may draw from this pool.
   *
   * @default every LoadBalancer Service
   */
  readonly serviceSelector?: LabelSelector;

  /**
   * Whether the first and last address of a `cidr` block are handed out: the words `"Yes"` or `"No"`.
   *
   * @default "Yes"
   */
  readonly allowFirstLastIPs?: "Yes" | "No";

  /**
   * Whether the pool gives no new addresses. Those already given stay.
   *
   * @default false
   */
  readonly disabled?: boolean;
}

/** Addresses of a pool: either `cidr`, or `start` with an optional `stop`. */
export interface IpPoolBlock {
  /** A range in CIDR notation, such as `192.168.1.200/29`. */
  readonly cidr?: string;

  /** First address of a range. */
  readonly start?: string;

  /**
   * Last address of a range.
   *
   * @default start: a single address
   */
  readonly stop?: string;
}

/** A `CiliumL2AnnouncementPolicy`. */
export interface L2Policy {
  /** Name of the object: a DNS subdomain. */
  readonly name: string;

  /**
   * The network interfaces to announce on: Go regular expressions, not anchored. Talos names interfaces `enp3s0` or `eno1`,
   * rarely `eth0`.
   *
   * @default every interface that Cilium manages
   */
  readonly interfaces?: readonly string[];

  /**
   * The nodes that may announce.
   *
   * @default every node
   */
  readonly nodeSelector?: LabelSelector;

  /**
   * The Services that are announced. A Service of a `loadBalancerClass` other than `io.cilium/l2-announcer` never is.
   *
   * @default every Service
   */
  readonly serviceSelector?: LabelSelector;

  /**
   * Whether the addresses that LoadBalancer Services got from a pool are announced.
   *
   * @default true
   */
  readonly loadBalancerIPs?: boolean;

  /**
   * Whether the addresses in `spec.externalIPs` of Services are announced.
   *
   * @default false
   */
  readonly externalIPs?: boolean;
}

/** A Kubernetes label selector. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

export interface Lan {
  /**
   * Addresses of the nodes. From two on, the operator runs with two replicas.
   *
   * @default []
   */
  readonly nodes?: readonly string[];

  /**
   * The networks that the nodes are in, such as `192.168.1.0/24`. What is announced by ARP has to lie in one of them.
   *
   * @default []: not known, not checked
   */
  readonly subnets?: readonly string[];

  /** The virtual address that the control planes share (`vip` in the Talos machine config). */
  readonly vip?: string;

  /** Address of the router. */
  readonly gateway?: string;

  /** What the DHCP server hands out: `192.168.1.100-192.168.1.150`, or a range in CIDR notation. */
  readonly dhcpRange?: string;
}

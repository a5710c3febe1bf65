/** Announcement of LoadBalancer IPs on the local network. */
export interface L2 {
  /**
   * Whether the agents can announce LoadBalancer IPs. The policies in `loadBalancer.l2Policies` decide what is announced.
   *
   * @default true
   * @see https://docs.cilium.io/en/stable/network/l2-announcements/
   */
  readonly enabled?: boolean;

  /**
   * How long the other nodes wait for the announcing node before one of them takes over. A Go duration such as `15s`.
   *
   * @default `15s`, from the chart
   */
  readonly leaseDuration?: string;

  /**
   * How long the announcing node tries to renew its lease before it stops announcing. A Go duration, shorter than
   * `leaseDuration`.
   *
   * @default `5s`, from the chart
   */
  readonly leaseRenewDeadline?: string;

  /**
   * How often the announcing node renews its lease. A Go duration. Each Service costs one API write per period.
   *
   * @default `2s`, from the chart
   */
  readonly leaseRetryPeriod?: string;
}

/** The addresses of LoadBalancer Services, and who announces them. */
export interface LoadBalancer {
  /**
   * The pools that LoadBalancer Services get their addresses from. Use addresses of your node subnet that DHCP never hands out.
   *
   * @default `[]`: LoadBalancer Services get no address
   * @see https://docs.cilium.io/en/stable/network/lb-ipam/
   */
  readonly ipPools?: IpPool[];

  /**
   * Which nodes answer ARP requests, and from Cilium 1.19 on neighbor discovery, for which Services.
   *
   * @default `[]`: nothing answers on your network unless you ask for it
   * @see https://docs.cilium.io/en/stable/network/l2-announcements/
   */
  readonly l2Policies?: L2Policy[];

  /**
   * Whether ClusterIPs also answer clients outside the cluster (the chart's `bpf.lbExternalClusterIP`). Those clients need a
   * route to `serviceCidr` through a node.
   *
   * @default false
   * @see https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/#external-access-to-clusterip-services
   */
  readonly externalClusterIp?: boolean;

  /**
   * Delivery `chart`: how long to wait for Cilium's operator to register the kinds of pools, policies and BGP objects. A Go duration.
   *
   * @default "10m"
   */
  readonly operatorTimeout?: string;
}

/** Whether the first and the last address of a block are handed out. */
export const AllowFirstLastIPs = { Yes: "Yes", No: "No" } as const;
export type AllowFirstLastIPs = (typeof AllowFirstLastIPs)[keyof typeof AllowFirstLastIPs];

/** A `CiliumLoadBalancerIPPool` object. */
export interface IpPool {
  /** Name of the object, a DNS subdomain. */
  readonly name: string;

  /** The addresses of the pool. A Service gets the first free one. */
  readonly blocks: IpPoolBlock[];

  /**
   * The Services that may get an address from this pool.
   *
   * @default every LoadBalancer Service
   */
  readonly serviceSelector?: LabelSelector;

  /**
   * Whether the first and the last address of a `cidr` block are handed out: `"Yes"` or `"No"`, not a boolean.
   *
   * @default "Yes"
   */
  readonly allowFirstLastIPs?: AllowFirstLastIPs;

  /**
   * Whether the pool hands out no new addresses. Services keep the addresses they already have.
   *
   * @default false
   */
  readonly disabled?: boolean;
}

/** A range of addresses in a pool: either `cidr`, or `start` with an optional `stop`. Both together are rejected. */
export interface IpPoolBlock {
  /** A range in CIDR notation, such as `192.168.1.200/29`. */
  readonly cidr?: string;

  /** First address of a range. */
  readonly start?: string;

  /**
   * Last address of a range.
   *
   * @default `start`: a single address
   */
  readonly stop?: string;
}

/** A `CiliumL2AnnouncementPolicy` object. */
export interface L2Policy {
  /** Name of the object, a DNS subdomain. */
  readonly name: string;

  /**
   * The network interfaces to announce on, as Go regular expressions that match any part of the name. Talos names interfaces
   * `enp3s0` or `eno1`, rarely `eth0`.
   *
   * @default every interface that Cilium manages
   */
  readonly interfaces?: string[];

  /**
   * The nodes that may announce.
   *
   * @default every node
   */
  readonly nodeSelector?: LabelSelector;

  /**
   * The Services to announce. A Service with a `loadBalancerClass` other than `io.cilium/l2-announcer` is never announced.
   *
   * @default every Service
   */
  readonly serviceSelector?: LabelSelector;

  /**
   * Whether to announce the addresses that LoadBalancer Services got from a pool. At least one of `loadBalancerIPs` and
   * `externalIPs` must be `true`.
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
}

/** A Kubernetes label selector. */
export interface LabelSelector {
  /** Labels that must all have these values. */
  readonly matchLabels?: Record<string, string>;
  /** Conditions that must all be true. */
  readonly matchExpressions?: LabelSelectorRequirement[];
}

/** How a requirement of a label selector compares. */
export const LabelSelectorOperator = { In: "In", NotIn: "NotIn", Exists: "Exists", DoesNotExist: "DoesNotExist" } as const;
export type LabelSelectorOperator = (typeof LabelSelectorOperator)[keyof typeof LabelSelectorOperator];

/** A condition on one label. */
export interface LabelSelectorRequirement {
  /** The key of the label. */
  readonly key: string;
  /** How the label is compared. */
  readonly operator: LabelSelectorOperator;
  /** The values to compare with. `In` and `NotIn` need at least one, `Exists` and `DoesNotExist` take none. */
  readonly values?: string[];
}

/** Facts about the local network. */
export interface Lan {
  /**
   * Addresses of the nodes. A node of a cluster with two IP families may have one of each. With two nodes or more, Cilium's operator runs
   * with two replicas.
   *
   * @default []
   */
  readonly nodes?: string[];

  /**
   * The networks of the nodes in CIDR notation, such as `192.168.1.0/24`. Pools that are announced by ARP must be inside one of
   * them.
   *
   * @default `[]`: unknown, so not checked
   */
  readonly subnets?: string[];

  /**
   * The virtual IP address that the control planes share (`vip` in the Talos machine config). One that contradicts a config in
   * `talos.controlPlanes` is rejected.
   *
   * @default the addresses in the configs in `talos.controlPlanes`
   */
  readonly vip?: string;

  /** IP address of the router. */
  readonly gateway?: string;

  /** The range that the DHCP server hands out, as `192.168.1.100-192.168.1.150` or in CIDR notation. */
  readonly dhcpRange?: string;
}

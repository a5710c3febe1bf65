import type * as pulumi from "@pulumi/pulumi";

/**
 * What `TalosCiliumCni` takes. Plain data, known when the program starts: that is what makes a preview complete and
 * an error immediate. Only what comes from machines is a Pulumi input. Every member has a default; an empty object gives a cluster network that works on Talos.
 *
 * `args.schema.json` is generated from this file (`npm run generate`) and checks the inputs when the program runs.
 */
export interface TalosCiliumCniArgs {
  /**
   * How Cilium reaches the cluster. `manifest` renders and exports, and touches nothing. `chart` installs the chart, the pools and the
   * policies in the cluster of the Kubernetes provider. `machineConfig` makes patches for the Talos machine config, so that a cluster
   * comes up with Cilium, and applies them to the machines in `talos`.
   *
   * @default "manifest"
   */
  readonly delivery?: Delivery;

  /**
   * The Cilium release, for example `1.18.4`. Minor releases 1.18, 1.19 and 1.20 are supported.
   *
   * @default "1.18.4"
   * @see https://github.com/cilium/cilium/releases
   */
  readonly ciliumVersion?: string;

  /**
   * The Kubernetes version of the cluster, for example `1.33` or `1.33.2`. The chart writes some fields differently for
   * different versions.
   *
   * @default the newest that this Cilium is tested with, 1.33 for Cilium 1.18, 1.35 for 1.19, 1.36 for 1.20, and that `talos.version` runs
   * @see https://docs.cilium.io/en/stable/network/kubernetes/compatibility/
   */
  readonly kubernetesVersion?: string;

  /**
   * Namespace of Cilium's own objects. Talos admits privileged pods in `kube-system` without further ado; for any other
   * namespace the manifest begins with a Namespace that carries the PodSecurity labels they need.
   *
   * @default "kube-system"
   * @see https://docs.siderolabs.com/kubernetes-guides/security/pod-security
   */
  readonly namespace?: string;

  /**
   * IPv4 range of the pods, as in `cluster.network.podSubnets` of the Talos machine config. With native routing, traffic to
   * it is routed without masquerading.
   *
   * @default "10.244.0.0/16"
   */
  readonly podCidr?: string;

  /**
   * IPv4 range of the ClusterIPs, as in `cluster.network.serviceSubnets` of the Talos machine config. Cilium learns
   * Services from the API server and needs no such value: the range is what other addresses are checked against.
   *
   * @default "10.96.0.0/12"
   */
  readonly serviceCidr?: string;

  /** How packets travel from node to node. */
  readonly routing?: Routing;

  /** Where the agents and the operator reach the Kubernetes API: KubePrism, Talos' load balancer on every node. */
  readonly kubePrism?: KubePrism;

  /** Gateway API: Cilium as the controller of Gateways and routes. */
  readonly gatewayApi?: GatewayApi;

  /** Hubble: observability. Its certificates are made in the cluster, so that no private key stands in the manifest. */
  readonly hubble?: Hubble;

  /** Announcing LoadBalancer IPs on the local network by ARP. */
  readonly l2?: L2;

  /** The addresses of LoadBalancer Services, and who announces them. */
  readonly loadBalancer?: LoadBalancer;

  /** What is known of the local network. */
  readonly lan?: Lan;

  /** Where the Helm chart comes from. */
  readonly chart?: ChartSource;

  /**
   * Helm values of the Cilium chart, merged deeply over those that the other inputs make; a list replaces the whole list, and
   * `null` goes to Helm, which takes the key out.
   *
   * @default {}
   * @see https://docs.cilium.io/en/stable/helm-reference/
   */
  readonly values?: Readonly<Record<string, unknown>>;

  /**
   * Helm values that nobody else may read, merged over `values` in the same way. They make secret: the manifest, the patches for machine
   * configs, and each object that differs because of them, in outputs, state, files and messages. In the config of a stack they may be
   * encrypted (`pulumi config set --secret --path secretValues.x`); every other input must not be.
   *
   * @default {}
   */
  readonly secretValues?: Readonly<Record<string, unknown>>;

  /**
   * Paths among `values`, such as `bpf.newKey`, that may stay though the chart does not know them and they change nothing. What is below a
   * path is meant too.
   *
   * @default []
   */
  readonly allowUnknownValues?: readonly string[];

  /** Talos: what is known of it, and the machines of delivery `machineConfig`. */
  readonly talos?: Talos;
}

export type Delivery = "manifest" | "chart" | "machineConfig";

export interface Routing {
  /**
   * `native`: nodes route pod traffic themselves, at full MTU. `tunnel`: pod traffic travels in VXLAN, for nodes whose
   * network would not route it.
   *
   * @default "native"
   * @see https://docs.cilium.io/en/stable/network/concepts/routing/
   */
  readonly mode?: "native" | "tunnel";

  /**
   * Whether each node installs a route to the pods of every other node; all nodes must then share one network segment. Off
   * where BGP or the router knows these routes. Without effect for `tunnel`.
   *
   * @default true
   */
  readonly directRoutes?: boolean;
}

export interface KubePrism {
  /**
   * Host name or address of the API server, seen from a node.
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

export interface GatewayApi {
  /**
   * Whether Cilium serves Gateways of class `cilium`. The Gateway API CRDs have to be in the cluster before the operator
   * starts.
   *
   * @default true
   * @see https://docs.cilium.io/en/stable/network/servicemesh/gateway-api/gateway-api/
   */
  readonly enabled?: boolean;

  /**
   * Whether listeners offer HTTP/2 by ALPN, which gRPC needs.
   *
   * @default true
   */
  readonly alpn?: boolean;

  /**
   * Whether `appProtocol` of a Service port selects the protocol to the backend (GEP-1911). ALPN brings it along.
   *
   * @default true
   */
  readonly appProtocol?: boolean;

  /**
   * Delivery `chart`: whether the Gateway API CRDs are installed before Cilium, of the release that this Cilium was made for. They stay
   * when the stack is destroyed. With `false` they have to be in the cluster already.
   *
   * @default true
   */
  readonly installCrds?: boolean;

  /**
   * The file `standard-install.yaml` of that Gateway API release on this machine, in place of its download. A relative path is relative to
   * the working directory of the program.
   */
  readonly crdsPath?: string;
}

export interface Hubble {
  /** @default false */
  readonly enabled?: boolean;

  /**
   * Hubble Relay, which gathers the flows of all nodes.
   *
   * @default false
   */
  readonly relay?: boolean;

  /**
   * The web interface. It needs `relay`.
   *
   * @default false
   */
  readonly ui?: boolean;
}

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

export interface Talos {
  /**
   * The Talos version that runs on the machines, for example `1.13.9`: what is known to go together with it, and what not, is checked.
   *
   * @default not known, not checked
   */
  readonly version?: string;

  /**
   * Whether the machines forward the DNS of the cluster to their own (`hostDNS.forwardKubeDNSToHost` in the machine config), as Talos does
   * unless told otherwise.
   *
   * @default true
   */
  readonly forwardKubeDNSToHost?: boolean;

  /**
   * The size of a node's part of `podCidr`, as a prefix: `node-cidr-mask-size` of the controller manager, in the machine config
   * `cluster.controllerManager.extraArgs`.
   *
   * @default 24
   * @asType integer
   * @minimum 8
   * @maximum 32
   */
  readonly nodeCidrMaskSize?: number;

  /**
   * The Talos version that generated the machine configs, for example `1.13`: `talosVersion` of `getConfiguration`, or the version of the
   * `talosctl` that made them. Not the version that runs: a config keeps its form when the machine is upgraded. From 1.14 on, what
   * concerns Kubernetes stands in documents of its own.
   *
   * @default "1.13"
   * @see https://docs.siderolabs.com/talos/v1.13/reference/configuration/overview
   */
  readonly configContract?: string;

  /** What proves to the machines that the caller may configure them: `clientConfiguration` of `talos.machine.Secrets`. */
  readonly clientConfiguration?: pulumi.Input<TalosClientConfiguration>;

  /**
   * The control planes. Their configs are applied one after the other: the next when the one before has taken its own.
   *
   * @default none: the patches are exported, and nothing is applied
   */
  readonly controlPlanes?: readonly TalosMachine[];

  /**
   * The workers, after the control planes. They need Cilium's manifest no more than Talos' own, but the ranges and KubePrism.
   *
   * @default none
   */
  readonly workers?: readonly TalosMachine[];

  /**
   * How a config is applied. `staged_if_needing_reboot` asks the machine first: what takes a reboot waits for the next one, the rest is
   * applied at once. `auto` and `reboot` may reboot, `staged` waits for the next reboot in any case, `no_reboot` fails where a reboot is
   * needed. A machine in maintenance mode takes `auto` and `reboot` only, so a new cluster needs `auto`.
   *
   * @default "staged_if_needing_reboot"
   */
  readonly applyMode?: "auto" | "reboot" | "no_reboot" | "staged" | "staged_if_needing_reboot";
}

/** The client configuration of the Talos provider: two certificates and a key, each as base64 of PEM. */
export interface TalosClientConfiguration {
  readonly caCertificate: pulumi.Input<string>;
  readonly clientCertificate: pulumi.Input<string>;
  readonly clientKey: pulumi.Input<string>;
}

export interface TalosMachine {
  /**
   * Names the machine in the stack: its resource is `<component>-<name>`, wherever it stands in the list. Lower case letters, digits, `-`
   * and `.`. Without a name, the resource is named by its position, `<component>-control-plane-0`, so that a removed machine renames those
   * after it. To name the machines of an existing stack, leave their order as it is for one `pulumi up`.
   *
   * @default the position in the list
   */
  readonly name?: string;

  /** Name or address of the machine. No two machines may have the same. */
  readonly node: pulumi.Input<string>;

  /**
   * Where its Talos API is reached.
   *
   * @default the address in `node`
   */
  readonly endpoint?: pulumi.Input<string>;

  /** Its whole machine config, without Cilium: Talos appends what a patch holds to what is there. */
  readonly machineConfiguration: pulumi.Input<string>;
}

export interface ChartSource {
  /**
   * A chart repository (`https://…`), or the chart itself in an OCI registry (`oci://…/cilium`).
   *
   * @default "https://helm.cilium.io"
   */
  readonly repository?: string;

  /**
   * A chart archive (`.tgz`) or chart folder on this machine, in place of the repository. A relative path is
   * relative to the working directory of the program.
   */
  readonly path?: string;

  /**
   * SHA-256 of the chart archive, 64 hexadecimal digits.
   *
   * @default the digest of the release, for the releases that are pinned; else the archive is not checked, with a warning
   */
  readonly sha256?: string;
}

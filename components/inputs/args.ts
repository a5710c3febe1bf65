import type { L2, Lan, LoadBalancer } from "./loadBalancerArgs.ts";
import type { Talos } from "./talosArgs.ts";

/**
 * What `TalosCiliumCni` takes. Plain data, known when the program starts: that is what makes a preview complete and
 * an error immediate. Only what comes from machines is a Pulumi input. Every member has a default; an empty object gives a cluster network that works on Talos.
 *
 * `args.schema.json` is generated from this file and those that it imports (`npm run generate`) and checks the inputs when the program runs.
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

import type { LabelSelector } from "../inputs/loadBalancerArgs.ts";

// The objects that the doctor reads, as far as it looks at them.

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
}

/** A Kubernetes object as far as it is looked at here. */
export interface Listed<Spec = unknown, Status = unknown> {
  readonly metadata: Metadata;
  readonly spec?: Spec;
  readonly status?: Status;
}

export interface ServicePort {
  readonly port: number;
  readonly protocol?: string;
  readonly name?: string;
  readonly appProtocol?: string;
}

export type Service = Listed<
  {
    readonly type?: string;
    readonly loadBalancerClass?: string;
    readonly loadBalancerIP?: string;
    readonly externalTrafficPolicy?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly ipFamilies?: readonly string[];
    readonly ipFamilyPolicy?: string;
    readonly ports?: readonly ServicePort[];
  },
  {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] };
    readonly conditions?: readonly Condition[];
  }
>;

export interface EndpointSlice extends Listed {
  readonly endpoints?:
    | readonly {
        readonly nodeName?: string;
        readonly conditions?: { readonly ready?: boolean | null; readonly serving?: boolean | null };
      }[]
    | null;
}

export type Node = Listed<
  unknown,
  {
    readonly conditions?: readonly Condition[];
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  }
>;

export type Pod = Listed<
  { readonly nodeName?: string },
  {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly restartCount?: number;
      readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
    }[];
  }
>;

export type DaemonSet = Listed<
  unknown,
  {
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
    readonly observedGeneration?: number;
  }
>;

export type Lease = Listed<{
  readonly holderIdentity?: string | null;
  readonly renewTime?: string | null;
  readonly leaseDurationSeconds?: number;
}>;

export interface ConfigMap extends Listed {
  readonly data?: Readonly<Record<string, string>>;
}

export type IpPool = Listed<
  {
    readonly blocks?: readonly { readonly cidr?: string; readonly start?: string; readonly stop?: string }[];
    readonly serviceSelector?: LabelSelector;
    readonly disabled?: boolean;
  },
  { readonly conditions?: readonly Condition[] }
>;

export type L2Policy = Listed<
  {
    readonly serviceSelector?: LabelSelector;
    readonly nodeSelector?: LabelSelector;
    readonly interfaces?: readonly string[];
    readonly loadBalancerIPs?: boolean;
    readonly externalIPs?: boolean;
  },
  { readonly conditions?: readonly Condition[] }
>;

export type BgpClusterConfig = Listed<
  {
    readonly nodeSelector?: LabelSelector;
    readonly bgpInstances?: readonly {
      readonly name: string;
      readonly peers?: readonly { readonly peerConfigRef?: { readonly name: string } }[];
    }[];
  },
  { readonly conditions?: readonly Condition[] }
>;

export type BgpNodeConfig = Listed<
  unknown,
  {
    readonly bgpInstances?: readonly {
      readonly name: string;
      readonly peers?: readonly {
        readonly name: string;
        readonly peerAddress?: string;
        readonly peerASN?: number;
        readonly peeringState?: string;
      }[];
    }[];
  }
>;

export type BgpPeerConfig = Listed<
  {
    readonly families?: readonly { readonly afi?: string; readonly advertisements?: LabelSelector }[];
    readonly authSecretRef?: string;
  },
  { readonly conditions?: readonly Condition[] }
>;

export type BgpAdvertisement = Listed<{
  readonly advertisements?: readonly {
    readonly advertisementType?: string;
    readonly service?: { readonly addresses?: readonly string[] };
    readonly selector?: LabelSelector;
  }[];
}>;

export type GatewayClass = Listed<{ readonly controllerName?: string }, { readonly conditions?: readonly Condition[] }>;

export type Gateway = Listed<
  { readonly gatewayClassName?: string },
  { readonly conditions?: readonly Condition[]; readonly addresses?: readonly { readonly value: string }[] }
>;

/** What the doctor lists, with the type of the objects. */
export interface Objects {
  readonly services: Service;
  readonly endpointSlices: EndpointSlice;
  readonly nodes: Node;
  readonly ciliumNodes: Listed;
  /** The pods in Cilium's namespace. */
  readonly pods: Pod;
  /** The DaemonSets of all namespaces: Cilium's, and kube-proxy. */
  readonly daemonSets: DaemonSet;
  /** The leases in Cilium's namespace. */
  readonly leases: Lease;
  /** The ConfigMap `cilium-config` alone. */
  readonly configMaps: ConfigMap;
  readonly ipPools: IpPool;
  readonly l2Policies: L2Policy;
  readonly bgpClusterConfigs: BgpClusterConfig;
  readonly bgpNodeConfigs: BgpNodeConfig;
  readonly bgpPeerConfigs: BgpPeerConfig;
  readonly bgpAdvertisements: BgpAdvertisement;
  /** The CustomResourceDefinitions, without their schemas. */
  readonly crds: Listed;
  readonly gatewayClasses: GatewayClass;
  readonly gateways: Gateway;
}
export type ListName = keyof Objects;

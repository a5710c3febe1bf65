/** Gateway API, with Cilium as its controller. */
export interface GatewayApi {
  /**
   * Whether Cilium serves Gateways of class `cilium`. The Gateway API CRDs must be in the cluster before Cilium's operator
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
   * Whether `appProtocol` of a Service port selects the protocol to the backend (GEP-1911). `alpn` turns this on too.
   *
   * @default true
   */
  readonly appProtocol?: boolean;

  /**
   * Whether the Gateway API CRDs are installed too, from the release that this Cilium was made for. Delivery `chart` installs
   * them before Cilium, and they stay when the stack is destroyed. Delivery `machineConfig` adds them to
   * `cluster.extraManifests`. With `false` they must already be in the cluster.
   *
   * @default true
   */
  readonly installCrds?: boolean;

  /**
   * Delivery `chart`: path of `standard-install.yaml` from that Gateway API release on this machine, used instead of downloading
   * it. A relative path is relative to the working directory of the program.
   */
  readonly crdsPath?: string;
}

/** Hubble, Cilium's observability. */
export interface Hubble {
  /**
   * Whether Hubble runs. Rejected for delivery `chart` with Cilium 1.18, where a Helm hook makes the certificates.
   *
   * @default false
   */
  readonly enabled?: boolean;

  /**
   * Whether Hubble Relay runs, which gathers the flows of all nodes.
   *
   * @default false
   */
  readonly relay?: boolean;

  /**
   * Whether the web interface runs. It needs `relay`.
   *
   * @default false
   */
  readonly ui?: boolean;
}

import type * as pulumi from "@pulumi/pulumi";

/** Facts about Talos, and the machines that delivery `machineConfig` configures. */
export interface Talos {
  /**
   * The Talos version that runs on the machines, for example `1.13.9`. The Cilium and Kubernetes versions are checked against it.
   *
   * @default unknown, so not checked
   */
  readonly version?: string;

  /**
   * Whether the machines forward cluster DNS to Talos' own DNS (`hostDNS.forwardKubeDNSToHost` in the machine config). Leave it out
   * if there are machines in `controlPlanes` and `workers`, because their configs are read. A value that contradicts one is rejected.
   *
   * @default what each machine config says; `true`, as in new configs of Talos, without a config that says it
   */
  readonly forwardKubeDNSToHost?: boolean;

  /**
   * Prefix length of the IPv4 range that each node gets from `podCidr`: `node-cidr-mask-size-ipv4` in
   * `cluster.controllerManager.extraArgs` of the machine config. With the older `node-cidr-mask-size`, the controller manager of Talos 1.14
   * does not start. In a config of Talos 1.14 it is `nodeCIDRMaskSizeIPv4` of `KubeNetworkConfig`, which the patch sets.
   *
   * @default 24
   * @asType integer
   * @minimum 8
   * @maximum 32
   */
  readonly nodeCidrMaskSize?: number;

  /**
   * Prefix length of the IPv6 range that each node gets from `podCidr`: `node-cidr-mask-size-ipv6` in
   * `cluster.controllerManager.extraArgs` of the machine config. In a config of Talos 1.14 it is `nodeCIDRMaskSizeIPv6` of
   * `KubeNetworkConfig`, which the patch sets.
   *
   * @default 64
   * @asType integer
   * @minimum 16
   * @maximum 128
   * @see https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
   */
  readonly nodeCidrMaskSizeIPv6?: number;

  /**
   * The Talos version that generated the machine configs, for example `1.13`: `talosVersion` of `getConfiguration`, or the
   * version of the `talosctl` that made them. It is not the version that runs, because a config keeps its format when the machine
   * is upgraded. From 1.14 on, Kubernetes settings have documents of their own in the machine config. The Talos provider does not know these,
   * so the component exports the patches for them (`machineConfigPatches`), and `talosctl patch machineconfig` applies them.
   *
   * @default "1.13"
   * @see https://docs.siderolabs.com/talos/v1.13/reference/configuration/overview
   */
  readonly configContract?: string;

  /**
   * The credentials that let the caller configure the machines: `clientConfiguration` of `talos.machine.Secrets`. Required if
   * there are machines.
   */
  readonly clientConfiguration?: pulumi.Input<TalosClientConfiguration>;

  /**
   * The control planes. They are configured one at a time: each waits until the one before it has accepted its config.
   *
   * @default `[]`: the patches are exported, and nothing is applied
   */
  readonly controlPlanes?: TalosMachine[];

  /**
   * The workers. They are configured after the control planes. Worker configs do not contain the manifests; they only need the
   * pod and Service ranges and KubePrism.
   *
   * @default []
   */
  readonly workers?: TalosMachine[];

  /**
   * How a config is applied. `staged_if_needing_reboot` asks the machine first: a change that needs a reboot waits for the next
   * reboot, any other is applied at once. `auto` and `reboot` may reboot the machine. `staged` always waits for the next reboot.
   * `no_reboot` fails if a reboot is needed. A machine in maintenance mode accepts only `auto` and `reboot`, so a new cluster
   * needs `auto`.
   *
   * @default "staged_if_needing_reboot"
   */
  readonly applyMode?: ApplyMode;

  /**
   * Whether `pulumi up` also brings the running cluster in line with the machine config, by Talos' own sync: `talosctl upgrade-k8s` to the
   * Kubernetes version that runs. Talos itself only creates objects that are missing. The sync runs after all machines have accepted their
   * configs, once for each change of the manifests; one that failed is tried again by the next `pulumi up`. It shows what will change, without
   * secrets, and waits until Cilium's pods have been replaced. It fails without changing anything if it would upgrade Kubernetes or delete
   * Cilium, a CRD or a namespace.
   *
   * Needs delivery `machineConfig`, `controlPlanes`, `kubernetesVersion` with its patch release, `talosctl` 1.13 or later on `PATH`, and the
   * Kubernetes API within reach. The apply mode `staged` is rejected, because Talos would sync the manifests from before.
   *
   * @default false
   * @see https://docs.siderolabs.com/kubernetes-guides/advanced-guides/upgrading-kubernetes
   */
  readonly sync?: boolean;
}

/** How a machine config is applied. */
export const ApplyMode = {
  Auto: "auto",
  Reboot: "reboot",
  NoReboot: "no_reboot",
  Staged: "staged",
  StagedIfNeedingReboot: "staged_if_needing_reboot",
} as const;
export type ApplyMode = (typeof ApplyMode)[keyof typeof ApplyMode];

/** The client configuration of the Talos provider: two certificates and a key, each as base64 of PEM. */
export interface TalosClientConfiguration {
  /** The certificate of the authority that signs Talos' API, base64 of PEM. */
  readonly caCertificate: pulumi.Input<string>;
  /** The certificate of the client, base64 of PEM. */
  readonly clientCertificate: pulumi.Input<string>;
  /** The key of the client, base64 of PEM. */
  readonly clientKey: pulumi.Input<string>;
}

/** A machine that runs Talos. */
export interface TalosMachine {
  /**
   * Names the machine in the stack: its resource is `<component>-<name>`, whatever its position in the list. Lower case letters,
   * digits, `-` and `.`. Without a name, the resource is named by its position, `<component>-control-plane-0`, so removing a
   * machine renames the ones after it. To name the machines of an existing stack, keep their order for one `pulumi up`.
   *
   * @default the position in the list
   */
  readonly name?: string;

  /** Host name or address of the machine. Two machines with the same one are rejected. */
  readonly node: pulumi.Input<string>;

  /**
   * Host name or address where the machine's Talos API is reached.
   *
   * @default the address in `node`
   */
  readonly endpoint?: pulumi.Input<string>;

  /**
   * The complete machine config, without Cilium, because Talos appends the lists of a patch to those in the config. It is read: what
   * it says about host DNS and virtual addresses stands in for `forwardKubeDNSToHost` and `lan.vip`. Contradictions to the inputs
   * are rejected, such as ranges other than `podCidr` and `serviceCidr`. An Output is checked once its value is known, before it is
   * sent to the machine; its warnings are in the log only.
   */
  readonly machineConfiguration: pulumi.Input<string>;
}

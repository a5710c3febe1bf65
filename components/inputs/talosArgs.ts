import type * as pulumi from "@pulumi/pulumi";

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

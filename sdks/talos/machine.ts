import * as pulumi from "@pulumi/pulumi";
import { type ClientConfiguration, invoke, TalosResource } from "./plugin.ts";

/** The keys and tokens of a cluster, which are part of each of its machine configs. */
export interface MachineSecrets {
  readonly certs: object;
  readonly cluster: object;
  readonly secrets: object;
  readonly trustdinfo: object;
}

export interface SecretsArgs {
  /** The Talos version whose config contract the secrets are generated for, such as `v1.13`. */
  talosVersion?: pulumi.Input<string | undefined>;
}

/** The secrets of a cluster, generated once and kept in the state. Without them you cannot manage the cluster any more: use `protect`. */
export class Secrets extends TalosResource {
  declare readonly machineSecrets: pulumi.Output<MachineSecrets>;
  declare readonly clientConfiguration: pulumi.Output<ClientConfiguration>;
  declare readonly talosVersion: pulumi.Output<string>;

  constructor(name: string, args: SecretsArgs = {}, opts?: pulumi.CustomResourceOptions) {
    const secret = ["machineSecrets", "clientConfiguration"];
    super("machine/secrets:Secrets", name, { ...args }, { outputs: ["machineSecrets", "clientConfiguration"], secret }, opts);
  }
}

export interface GetConfigurationArgs {
  clusterName: string;
  clusterEndpoint: string;
  /** `controlplane` or `worker`. */
  machineType: string;
  machineSecrets: MachineSecrets;
  /** Patches as YAML or JSON; lists in them are appended. */
  configPatches?: string[];
  docs?: boolean;
  examples?: boolean;
  kubernetesVersion?: string;
  /** The Talos version whose config contract is generated, such as `v1.13`. */
  talosVersion?: string;
}

export type GetConfigurationOutputArgs = {
  [Key in keyof GetConfigurationArgs]: Key extends "configPatches"
    ? pulumi.Input<pulumi.Input<string>[] | undefined>
    : pulumi.Input<GetConfigurationArgs[Key]>;
};

export interface GetConfigurationResult {
  readonly id: string;
  readonly machineConfiguration: string;
}

/** Generates a machine config. It contains the cluster's keys, so the result is secret if `machineSecrets` is. */
export function getConfigurationOutput(
  args: GetConfigurationOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetConfigurationResult> {
  return invoke("machine/getConfiguration:getConfiguration", { ...args }, opts);
}

export interface ConfigurationApplyArgs {
  /** Name or address of the machine. */
  node: pulumi.Input<string>;
  /** Address of its API, if different from `node`. */
  endpoint?: pulumi.Input<string | undefined>;
  clientConfiguration?: pulumi.Input<ClientConfiguration | undefined>;
  machineConfigurationInput?: pulumi.Input<string | undefined>;
  /** Patches as YAML or JSON; lists in them are appended. */
  configPatches?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /** `auto`, `reboot`, `no_reboot`, `staged` or `staged_if_needing_reboot`. */
  applyMode?: pulumi.Input<string | undefined>;
}

/** Patches a machine config and sends it to a machine. Nothing happens to the machine when the resource is deleted. */
export class ConfigurationApply extends TalosResource {
  declare readonly node: pulumi.Output<string>;
  declare readonly machineConfiguration: pulumi.Output<string>;
  declare readonly resolvedApplyMode: pulumi.Output<string>;

  constructor(name: string, args: ConfigurationApplyArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = ["machineConfiguration", "machineConfigurationHash", "resolvedApplyMode"];
    const secret = ["clientConfiguration", "machineConfiguration", "machineConfigurationInput"];
    super("machine/configurationApply:ConfigurationApply", name, { ...args }, { outputs, secret }, opts);
  }
}

export interface BootstrapArgs {
  node: pulumi.Input<string>;
  endpoint?: pulumi.Input<string | undefined>;
  clientConfiguration?: pulumi.Input<ClientConfiguration | undefined>;
}

/** Bootstraps etcd on one control plane, once in the life of a cluster. */
export class Bootstrap extends TalosResource {
  declare readonly node: pulumi.Output<string>;
  declare readonly endpoint: pulumi.Output<string>;

  constructor(name: string, args: BootstrapArgs, opts?: pulumi.CustomResourceOptions) {
    super("machine/bootstrap:Bootstrap", name, { ...args }, { outputs: [], secret: ["clientConfiguration"] }, opts);
  }
}

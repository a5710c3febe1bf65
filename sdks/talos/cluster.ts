import * as pulumi from "@pulumi/pulumi";
import { type ClientConfiguration, TalosResource } from "./plugin.ts";

export interface KubeconfigArgs {
  /** A control plane of the cluster. */
  node: pulumi.Input<string>;
  endpoint?: pulumi.Input<string | undefined>;
  clientConfiguration: pulumi.Input<ClientConfiguration>;
  /** How long before its expiry the certificate is renewed: a Go duration. */
  certificateRenewalDuration?: pulumi.Input<string | undefined>;
}

/** The administrator's kubeconfig of a cluster. */
export class Kubeconfig extends TalosResource {
  declare readonly kubeconfigRaw: pulumi.Output<string>;

  constructor(name: string, args: KubeconfigArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = ["kubeconfigRaw", "kubernetesClientConfiguration"];
    const secret = ["clientConfiguration", ...outputs];
    super("cluster/kubeconfig:Kubeconfig", name, { ...args }, { outputs, secret }, opts);
  }
}

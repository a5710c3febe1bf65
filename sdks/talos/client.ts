import * as pulumi from "@pulumi/pulumi";
import { type ClientConfiguration, invoke } from "./plugin.ts";

export interface GetConfigurationArgs {
  clusterName: string;
  clientConfiguration: ClientConfiguration;
  endpoints?: string[];
  nodes?: string[];
}

export type GetConfigurationOutputArgs = {
  [Key in keyof GetConfigurationArgs]: pulumi.Input<GetConfigurationArgs[Key]>;
};

export interface GetConfigurationResult {
  readonly id: string;
  readonly talosConfig: string;
}

/** Returns the talosconfig for `talosctl`. It contains a key, so the result is secret if the client configuration is. */
export function getConfigurationOutput(
  args: GetConfigurationOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetConfigurationResult> {
  return invoke("client/getConfiguration:getConfiguration", { ...args }, opts);
}

import * as pulumi from "@pulumi/pulumi";
import type { TalosCiliumCniArgs } from "../inputs/args.ts";
import type { Talos, TalosMachine } from "../inputs/talosArgs.ts";
import type { Plan } from "../plan.ts";

/**
 * The inputs of TalosCiliumCni as the engine records them in the state: accepted inputs only, which a preview compares with the next ones.
 *
 * It leaves out inputs that change nothing in the cluster: `lan`, which addresses are checked against, permissions, and the paths of local
 * files. The Cilium release is always there, because its default is another one in later releases of this package.
 */
export function recordedInputs(
  args: TalosCiliumCniArgs,
  { isSecret, settings: { ciliumVersion } }: Pick<Plan, "isSecret" | "settings">,
): pulumi.Inputs {
  const { chart, gatewayApi, values, secretValues, talos, ...others } = withoutKey(withoutKey(args, "lan"), "allowUnsafeChanges");
  const recordedChart = withoutKey(chart ?? {}, "path");
  const recordedGatewayApi = withoutKey(gatewayApi ?? {}, "crdsPath");
  return {
    ...others,
    ciliumVersion,
    ...(Object.keys(recordedChart).length > 0 && { chart: recordedChart }),
    ...(Object.keys(recordedGatewayApi).length > 0 && { gatewayApi: recordedGatewayApi }),
    ...(values !== undefined && { values: isSecret ? pulumi.secret(values) : values }),
    ...(secretValues !== undefined && { secretValues: pulumi.secret(secretValues) }),
    ...(talos !== undefined && { talos: recordedTalos(talos) }),
  };
}

function withoutKey<T extends object, Key extends keyof T>(object: T, key: Key): Omit<T, Key> {
  const { [key]: _, ...others } = object;
  return others;
}

/** The machine configs and the client configuration contain the keys of the cluster. Nothing else in `talos` is secret. */
function recordedTalos({ clientConfiguration, controlPlanes, workers, ...others }: Talos): pulumi.Inputs {
  return {
    ...others,
    ...(clientConfiguration !== undefined && { clientConfiguration: pulumi.secret(clientConfiguration) }),
    ...(controlPlanes !== undefined && { controlPlanes: controlPlanes.map(recordedMachine) }),
    ...(workers !== undefined && { workers: workers.map(recordedMachine) }),
  };
}

function recordedMachine({ machineConfiguration, ...others }: TalosMachine): pulumi.Inputs {
  return { ...others, machineConfiguration: pulumi.secret(machineConfiguration) };
}

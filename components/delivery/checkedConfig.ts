import * as pulumi from "@pulumi/pulumi";
import { checkMachineConfig } from "../checks/machineConfigs.ts";
import type { Plan } from "../plan.ts";
import { InputError, problemLines } from "../support/problems.ts";
import type { NamedMachine } from "../talos/machines.ts";
import { toResourceError } from "./componentError.ts";

/**
 * The config of a machine, checked before it is sent anywhere: an Output as soon as its value is known. The plan has checked a text already.
 */
export function checkedConfig(
  machine: Pick<NamedMachine, "machineConfiguration" | "input" | "isControlPlane">,
  plan: Pick<Plan, "settings" | "values">,
  component: pulumi.ComponentResource,
): pulumi.Input<string> {
  const { machineConfiguration } = machine;
  if (typeof machineConfiguration === "string") return machineConfiguration;
  return pulumi.output(machineConfiguration).apply((config) => {
    const { errors, warnings } = checkMachineConfig(plan, machine, config);
    for (const warning of problemLines(warnings)) void pulumi.log.warn(warning, component);
    if (errors.length > 0) throw toResourceError(new InputError(errors), component);
    return config;
  });
}

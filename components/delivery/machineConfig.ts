import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../plan.ts";
import { type MachineConfigPatches, patchBefore } from "../talos/machineConfig.ts";
import { namedMachines } from "../talos/machines.ts";
import { checkedConfig } from "./checkedConfig.ts";
import { talosSdk } from "./providerSdks.ts";
import { deliverTalosSync } from "./talosSync.ts";

/** Delivery `machineConfig`: applies the patches to the machines, after everything in `dependsOn`. With `talos.sync`, then syncs the cluster. */
export function deliverMachineConfig(
  name: string,
  plan: Plan,
  patches: MachineConfigPatches,
  component: pulumi.ComponentResource,
  dependsOn: pulumi.ResourceOptions["dependsOn"],
): void {
  const { settings, isSecret } = plan;
  const { clientConfiguration, applyMode } = settings.talos;
  const before = patchBefore(settings);
  const controlPlanePatches = before === undefined ? [patches.controlPlane] : [before, patches.controlPlane];
  let previous: pulumi.ResourceOptions = dependsOn === undefined ? {} : { dependsOn };
  const machines: pulumi.Resource[] = [];
  for (const machine of namedMachines(settings)) {
    const { resource, formerResource, isControlPlane, node, endpoint } = machine;
    const configPatches = isControlPlane ? controlPlanePatches : [patches.worker];
    const applied = new (talosSdk().machine.ConfigurationApply)(
      `${name}-${resource}`,
      {
        node,
        ...(endpoint !== undefined && { endpoint }),
        ...(clientConfiguration !== undefined && { clientConfiguration: pulumi.output(clientConfiguration) }),
        machineConfigurationInput: checkedConfig(machine, plan, component),
        configPatches: isSecret ? pulumi.secret(configPatches) : configPatches,
        applyMode,
      },
      pulumi.mergeOptions({ parent: component, aliases: formerNames(name, formerResource) }, previous),
    );
    machines.push(applied);
    // Configure control planes one at a time: the cluster survives losing one, not several. Workers are independent of each other.
    if (isControlPlane) previous = pulumi.mergeOptions(dependsOn === undefined ? {} : { dependsOn }, { dependsOn: applied });
  }
  if (settings.talos.sync) deliverTalosSync(name, plan, component, machines);
}

/** The alias of a machine that was given a name after its resource was created. */
function formerNames(name: string, formerResource: string | undefined): pulumi.Alias[] {
  if (formerResource === undefined) return [];
  return [{ name: `${name}-${formerResource}` }];
}

import type { Settings } from "../inputs/settings.ts";
import { namedMachines } from "./machines.ts";

/**
 * The commands that apply the exported patches to the machines, for configs that the Talos provider does not know. An address that is not known
 * yet becomes a placeholder.
 */
export function patchCommands({ talos }: Pick<Settings, "talos">): readonly string[] {
  const machines = namedMachines({ talos });
  const commandFor = (isControlPlane: boolean, file: string) => {
    const nodes = machines.filter((machine) => machine.isControlPlane === isControlPlane).map(({ node }) => node);
    if (nodes.length === 0) return [];
    const addresses = nodes.map((node) => (typeof node === "string" ? node : "<its address>")).join(",");
    return [`talosctl patch machineconfig --nodes ${addresses} --patch @${file}`];
  };
  return [...commandFor(true, patchFiles.controlPlane), ...commandFor(false, patchFiles.worker)];
}

/** The files of docs/getting-started/machine-config.md for the members of the output `machineConfigPatches`. */
const patchFiles = { controlPlane: "controlplane-cilium.yaml", worker: "worker-cilium.yaml" } as const;

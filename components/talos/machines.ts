import type { Settings } from "../inputs/settings.ts";
import type { TalosMachine } from "../inputs/talosArgs.ts";

/** A machine with the names of its input and its resource. */
export interface NamedMachine extends TalosMachine {
  readonly input: string;
  /** The name of its resource, without the name of the component. */
  readonly resource: string;
  /** The name that the resource had before the machine was given a name. Undefined for a machine without one. */
  readonly formerResource: string | undefined;
  readonly isControlPlane: boolean;
}

/** All machines in the order in which they are configured: control planes, then workers. */
export function namedMachines({ talos }: Pick<Settings, "talos">): readonly NamedMachine[] {
  return [
    ...talos.controlPlanes.map((machine, index) => nameMachine(machine, index, "controlPlanes")),
    ...talos.workers.map((machine, index) => nameMachine(machine, index, "workers")),
  ];
}

function nameMachine(machine: TalosMachine, index: number, list: "controlPlanes" | "workers"): NamedMachine {
  const isControlPlane = list === "controlPlanes";
  const position = `${isControlPlane ? "control-plane" : "worker"}-${index}`;
  return {
    ...machine,
    isControlPlane,
    input: `talos.${list}[${index}]`,
    resource: machine.name ?? position,
    formerResource: machine.name === undefined ? undefined : position,
  };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import type { Talos } from "../../../components/inputs/talosArgs.ts";
import { namedMachines } from "../../../components/talos/machines.ts";

const machine = (node: string, name?: string) => {
  const unnamed = { node, machineConfiguration: "version: v1alpha1\n" };
  return name === undefined ? unnamed : { ...unnamed, name };
};
const machinesOf = (talos: Talos) => namedMachines(resolveSettings({ talos }));

test("without machines there is nothing to configure", () => {
  assert.deepEqual(machinesOf({}), []);
});

test("control planes come before workers, each in the order of the inputs, whatever their names", () => {
  const machines = machinesOf({
    workers: [machine("w1", "a"), machine("w2")],
    controlPlanes: [machine("c1", "z"), machine("c2", "b")],
  });
  assert.deepEqual(
    machines.map(({ node, isControlPlane }) => [node, isControlPlane]),
    [
      ["c1", true],
      ["c2", true],
      ["w1", false],
      ["w2", false],
    ],
  );
});

test("the resource of a machine is named by its name or its position, and the input always by its position", () => {
  const machines = machinesOf({
    controlPlanes: [machine("c1"), machine("c2", "second")],
    workers: [machine("w1"), machine("w2", "constructor")],
  });
  assert.deepEqual(
    machines.map(({ input, resource, formerResource }) => [input, resource, formerResource]),
    [
      ["talos.controlPlanes[0]", "control-plane-0", undefined],
      ["talos.controlPlanes[1]", "second", "control-plane-1"],
      ["talos.workers[0]", "worker-0", undefined],
      ["talos.workers[1]", "constructor", "worker-1"],
    ],
  );
});

test("address, endpoint and config stay as they are", () => {
  const controlPlane = { ...machine("c1"), endpoint: "10.0.0.1" };
  assert.partialDeepStrictEqual(machinesOf({ controlPlanes: [controlPlane] }), [controlPlane]);
});

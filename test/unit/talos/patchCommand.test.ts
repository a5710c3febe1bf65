import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { patchCommands } from "../../../components/talos/patchCommand.ts";

const machines = (...nodes: readonly (string | Promise<string>)[]) => nodes.map((node) => ({ node, machineConfiguration: "{}" }));
const commandsFor = (controlPlanes: ReturnType<typeof machines>, workers: ReturnType<typeof machines> = []) =>
  patchCommands(resolveSettings({ talos: { controlPlanes, workers } }));

test("each machine type has a command with all of its machines and the file of its patch", () => {
  assert.deepEqual(commandsFor(machines("10.0.0.1", "10.0.0.2"), machines("10.0.0.3")), [
    "talosctl patch machineconfig --nodes 10.0.0.1,10.0.0.2 --patch @controlplane-cilium.yaml",
    "talosctl patch machineconfig --nodes 10.0.0.3 --patch @worker-cilium.yaml",
  ]);
});

test("a machine type without machines has no command", () => {
  assert.deepEqual(commandsFor([]), []);
  assert.deepEqual(commandsFor([], machines("10.0.0.3")), [
    "talosctl patch machineconfig --nodes 10.0.0.3 --patch @worker-cilium.yaml",
  ]);
});

test("an address that is not known yet is left to the user", () => {
  const [command] = commandsFor(machines("10.0.0.1", Promise.resolve("10.0.0.2")));
  assert.equal(command, "talosctl patch machineconfig --nodes 10.0.0.1,<its address> --patch @controlplane-cilium.yaml");
});

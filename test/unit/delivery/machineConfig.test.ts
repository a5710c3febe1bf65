import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import type { Talos } from "../../../components/inputs/talosArgs.ts";
import { syncCommand } from "../../../components/talos/syncCommand.ts";
import { TalosCiliumCni } from "../../../components/talosCiliumCni.ts";
import { chartArgs } from "../../harness/charts.ts";
import { eventually } from "../../harness/cluster.ts";
import { isSecretInput, recordRegistrations, value } from "../../harness/mocks.ts";

const registered = await recordRegistrations();
const clientConfiguration = { caCertificate: "ca", clientCertificate: "certificate", clientKey: pulumi.secret("key") };
const config = "version: v1alpha1\nmachine: { type: controlplane }\n";
const make = (name: string, talos: Talos, args: TalosCiliumCniArgs = {}) =>
  new TalosCiliumCni(name, { ...chartArgs(), ...args, delivery: "machineConfig", talos });

/** The ConfigurationApply resources of a component. */
async function applied(component: string, count: number) {
  const resources = () => registered.filter(({ type, parent }) => type.startsWith("talos:") && parent === component);
  await eventually(() => resources().length === count, `${component} configures no ${count} machines`);
  return resources().toSorted((a, b) => a.name.localeCompare(b.name));
}

test("without machines the patches are exported, and nothing is made", async () => {
  const cni = make("patches", {}, { kubernetesVersion: "1.33.2" });
  const { controlPlane, worker } = (await value(cni.machineConfigPatches)) ?? assert.fail("there are no patches");
  assert.match(controlPlane, /inlineManifests:\n +- name: cilium\n +contents: \|\n +---\n +apiVersion: v1\n/);
  assert(!worker.includes("cilium"));
  assert.match((await value(cni.syncCommand)) ?? "", /^talosctl --nodes <a control plane> upgrade-k8s --to 1\.33\.2 --dry-run\n/);
  assert.deepEqual(await value(cni.warnings), []);
  await value(cni.urn);
  assert.deepEqual(
    registered.map(({ name }) => name),
    ["patches"],
  );
  const plain = new TalosCiliumCni("plain", chartArgs());
  assert.equal(await value(plain.machineConfigPatches), undefined);
  assert.equal(await value(plain.syncCommand), undefined);
});

test("one control plane after the other, then the workers, each with its own config and our patch", async () => {
  const machine = (node: string) => ({ node: pulumi.output(node), machineConfiguration: pulumi.secret(config) });
  const controlPlanes = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(machine);
  const cni = make("three", {
    ...{ clientConfiguration, controlPlanes },
    workers: [{ ...machine("w1"), endpoint: "10.0.0.9" }, machine("w2")],
  });
  const resources = await applied("three", 5);
  assert.deepEqual(
    resources.map(({ type, name, dependencies }) => ({ type, name, dependencies })),
    [
      ["three-control-plane-0"],
      ["three-control-plane-1", "three-control-plane-0"],
      ["three-control-plane-2", "three-control-plane-1"],
      ["three-worker-0", "three-control-plane-2"],
      ["three-worker-1", "three-control-plane-2"],
    ].map(([name, ...dependencies]) => ({ type: "talos:machine/configurationApply:ConfigurationApply", name, dependencies })),
  );
  const { controlPlane, worker } = (await value(cni.machineConfigPatches)) ?? assert.fail("there are no patches");
  const inputs = resources.map(({ inputs }) => inputs);
  assert.deepEqual(inputs[0]?.["configPatches"], ["cluster: { network: { cni: { $patch: delete } } }\n", controlPlane]);
  assert.deepEqual(inputs[3]?.["configPatches"], [worker]);
  assert.deepEqual([inputs[0]["node"], inputs[3]["endpoint"]], ["10.0.0.1", "10.0.0.9"]);
  assert.equal(inputs[0]["applyMode"], "staged_if_needing_reboot");
  // Setting it makes the provider fail after it has applied.
  assert(inputs.every((input) => !("timeouts" in input)));
  for (const key of ["machineConfigurationInput", "clientConfiguration"])
    assert(
      inputs.every((input) => isSecretInput(input[key])),
      key,
    );
  assert.match((await value(cni.syncCommand)) ?? "", /--nodes 10\.0\.0\.1 upgrade-k8s --to <the Kubernetes version that runs>/);
  // Only what holds keys is secret in the state, so that a preview shows the rest.
  const talos = registered.find(({ name }) => name === "three")?.sent["talos"] as Record<string, unknown>;
  assert(isSecretInput(talos["clientConfiguration"]));
  for (const recorded of [...(talos["controlPlanes"] as object[]), ...(talos["workers"] as object[])] as Record<
    string,
    unknown
  >[]) {
    assert(isSecretInput(recorded["machineConfiguration"]));
    assert.equal(typeof recorded["node"], "string");
  }
});

test("values that hold a key make the patches secret", async () => {
  const values = { extraConfig: { key: "-----BEGIN PRIVATE KEY-----" } };
  const controlPlanes = [{ node: "10.0.0.1", machineConfiguration: config }];
  const cni = make("key", { clientConfiguration, controlPlanes }, { values });
  assert(await pulumi.isSecret(cni.machineConfigPatches));
  const [resource] = await applied("key", 1);
  assert(isSecretInput(resource?.inputs["configPatches"]));
});

test("the sync is to the exact version that was given, or to one that has to be filled in", () => {
  assert.equal(
    syncCommand("v1.33.2", "10.0.0.1"),
    "talosctl --nodes 10.0.0.1 upgrade-k8s --to 1.33.2 --dry-run\ntalosctl --nodes 10.0.0.1 upgrade-k8s --to 1.33.2\n",
  );
  for (const inexact of [undefined, "1.33"])
    assert.match(syncCommand(inexact, "10.0.0.1"), /--to <the Kubernetes version that runs>$/m);
});

const machine = (node: string, name?: string) => ({ node, machineConfiguration: config, ...(name !== undefined && { name }) });

test("a machine with a name keeps its resource wherever it stands, and a machine that gets a name keeps its state", async () => {
  make("all", {
    clientConfiguration,
    controlPlanes: [machine("10.0.0.1", "a"), machine("10.0.0.2", "b")],
    workers: [machine("10.0.0.3", "w")],
  });
  make("less", { clientConfiguration, controlPlanes: [machine("10.0.0.2", "b")], workers: [machine("10.0.0.3", "w")] });
  const names = async (component: string, count: number) => (await applied(component, count)).map(({ name }) => name);
  assert.deepEqual(await names("all", 3), ["all-a", "all-b", "all-w"]);
  assert.deepEqual(await names("less", 2), ["less-b", "less-w"]);
  const aliases = (await applied("all", 3)).map((resource) => resource.aliases);
  assert.deepEqual(aliases, [["all-control-plane-0"], ["all-control-plane-1"], ["all-worker-0"]]);
  make("unnamed", { clientConfiguration, controlPlanes: [machine("10.0.0.1")] });
  assert.deepEqual(
    (await applied("unnamed", 1)).map((resource) => resource.aliases),
    [[]],
  );
});

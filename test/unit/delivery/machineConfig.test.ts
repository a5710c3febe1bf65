import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import type { Talos } from "../../../components/inputs/talosArgs.ts";
import { TalosCiliumCni } from "../../../components/talosCiliumCni.ts";
import { chartArgs } from "../../harness/charts.ts";
import { eventually } from "../../harness/cluster.ts";
import { isSecretInput, recordRegistrations, value } from "../../harness/mocks.ts";

const registered = await recordRegistrations();
const clientConfiguration = { caCertificate: "ca", clientCertificate: "certificate", clientKey: pulumi.secret("key") };
const config = "version: v1alpha1\nmachine: { install: {} }\n";
const create = (name: string, talos: Talos, args: TalosCiliumCniArgs = {}) =>
  new TalosCiliumCni(name, { ...chartArgs(), ...args, delivery: "machineConfig", talos });

/** The ConfigurationApply resources of a component, sorted by name. Waits until there are `count` of them. */
async function appliedConfigs(component: string, count: number) {
  const resources = () => registered.filter(({ type, parent }) => type.startsWith("talos:") && parent === component);
  await eventually(() => resources().length === count, `${component} does not configure ${count} machines`);
  return resources().toSorted((a, b) => a.name.localeCompare(b.name));
}

test("without machines the patches are exported, and nothing is applied", async () => {
  const cni = create("patches", {}, { kubernetesVersion: "1.33.2" });
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
});

test("control planes are configured one at a time, then all workers, each with its own config and the patch of its type", async () => {
  const machine = (node: string) => ({ node: pulumi.output(node), machineConfiguration: pulumi.secret(config) });
  const controlPlanes = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(machine);
  const cni = create("three", {
    clientConfiguration,
    controlPlanes,
    workers: [{ ...machine("w1"), endpoint: "10.0.0.9" }, machine("w2")],
  });
  const resources = await appliedConfigs("three", 5);
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
  // With timeouts set, the provider fails after it has applied the config.
  assert(inputs.every((input) => !("timeouts" in input)));
  for (const key of ["machineConfigurationInput", "clientConfiguration"]) {
    const isSecretEverywhere = inputs.every((input) => isSecretInput(input[key]));
    assert(isSecretEverywhere, key);
  }
  assert.match((await value(cni.syncCommand)) ?? "", /--nodes 10\.0\.0\.1 upgrade-k8s --to <the Kubernetes version that runs>/);
});

test("values with a private key make the patches secret", async () => {
  const values = { extraConfig: { key: "-----BEGIN PRIVATE KEY-----" } };
  const controlPlanes = [{ node: "10.0.0.1", machineConfiguration: config }];
  const cni = create("key", { clientConfiguration, controlPlanes }, { values });
  assert(await pulumi.isSecret(cni.machineConfigPatches));
  const [resource] = await appliedConfigs("key", 1);
  assert(isSecretInput(resource?.inputs["configPatches"]));
});

const machine = (node: string, name?: string) => ({ node, machineConfiguration: config, ...(name !== undefined && { name }) });

test("the resource of a named machine does not depend on its position, and naming a machine keeps its state", async () => {
  create("all", {
    clientConfiguration,
    controlPlanes: [machine("10.0.0.1", "a"), machine("10.0.0.2", "b")],
    workers: [machine("10.0.0.3", "w")],
  });
  create("less", { clientConfiguration, controlPlanes: [machine("10.0.0.2", "b")], workers: [machine("10.0.0.3", "w")] });
  const names = async (component: string, count: number) => (await appliedConfigs(component, count)).map(({ name }) => name);
  assert.deepEqual(await names("all", 3), ["all-a", "all-b", "all-w"]);
  assert.deepEqual(await names("less", 2), ["less-b", "less-w"]);
  const aliases = (await appliedConfigs("all", 3)).map((resource) => resource.aliases);
  assert.deepEqual(aliases, [["all-control-plane-0"], ["all-control-plane-1"], ["all-worker-0"]]);
  create("unnamed", { clientConfiguration, controlPlanes: [machine("10.0.0.1")] });
  assert.deepEqual(
    (await appliedConfigs("unnamed", 1)).map((resource) => resource.aliases),
    [[]],
  );
});

test("a config that is an Output is checked, and its warning is in the log, but a text gives no second one", async (context) => {
  const warn = context.mock.method(pulumi.log, "warn", () => Promise.resolve());
  const withKubeSpan = "version: v1alpha1\nmachine: { network: { kubespan: { enabled: true } } }\n";
  for (const [name, machineConfiguration] of [
    ["text", withKubeSpan],
    ["output", pulumi.secret(withKubeSpan)],
  ] as const) {
    warn.mock.resetCalls();
    const cni = create(name, { clientConfiguration, controlPlanes: [{ node: "10.0.0.1", machineConfiguration }] });
    await appliedConfigs(name, 1);
    const logged = warn.mock.calls.map(({ arguments: [message] }) => String(message));
    assert.equal(logged.length, 1, logged.join("\n"));
    assert.match(logged[0] ?? "", /^talos\.controlPlanes\[0\]\.machineConfiguration: turns KubeSpan on/);
    assert.equal((await value(cni.warnings)).length, name === "text" ? 1 : 0);
  }
});

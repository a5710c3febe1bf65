import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { recordedInputs } from "../../../components/delivery/recordedInputs.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { isSecretInput, recordRegistrations } from "../../harness/mocks.ts";

const registered = await recordRegistrations();

class Component extends pulumi.ComponentResource {
  constructor(name: string, inputs: pulumi.Inputs) {
    super("test:index:Component", name, inputs);
  }
}

let components = 0;
/** The inputs that are sent to the engine, with secrets marked one by one. */
async function sentInputs(args: TalosCiliumCniArgs, { isSecret = false } = {}): Promise<Record<string, unknown>> {
  const name = `component-${++components}`;
  const { urn } = new Component(name, recordedInputs(args, { isSecret, settings: resolveSettings(args) }));
  await new Promise((resolve) => urn.apply(resolve));
  return registered.find((resource) => resource.name === name)?.sent ?? assert.fail(`${name} is not registered`);
}

const release = { ciliumVersion: "1.19.6" };

test("only the inputs of the user are recorded, without defaults except for the Cilium release", async () => {
  assert.deepEqual(await sentInputs({}), release);
  const args = { podCidr: "10.42.0.0/16", values: { debug: { enabled: true } }, loadBalancer: { ipPools: [] } };
  assert.deepEqual(await sentInputs(args), { ...args, ...release });
  assert.deepEqual(await sentInputs({ ciliumVersion: "1.18.4" }), { ciliumVersion: "1.18.4" });
});

test("facts about the LAN, permissions and paths of local files are left out, because they change nothing in the cluster", async () => {
  const sha256 = "0".repeat(64);
  assert.deepEqual(
    await sentInputs({
      lan: { nodes: ["192.168.1.10"] },
      chart: { path: "/tmp/cilium.tgz", sha256 },
      gatewayApi: { crdsPath: "/tmp/crds.yaml", alpn: false },
      allowUnsafeChanges: ["podCidr"],
    }),
    { chart: { sha256 }, gatewayApi: { alpn: false }, ...release },
  );
  assert.deepEqual(
    await sentInputs({ chart: { path: "/tmp/cilium.tgz" }, gatewayApi: { crdsPath: "/tmp/crds.yaml" }, lan: {} }),
    release,
  );
});

test("values are secret if the manifest is", async () => {
  const values = { extraConfig: { a: "b" } };
  assert.deepEqual(await sentInputs({ values }), { values, ...release });
  const sent = await sentInputs({ values, podCidr: "10.42.0.0/16" }, { isSecret: true });
  assert(isSecretInput(sent["values"]));
  assert.equal(sent["podCidr"], "10.42.0.0/16");
});

test("secretValues are always secret", async () => {
  for (const isSecret of [true, false]) {
    const sent = await sentInputs({ secretValues: { extraConfig: { a: "b" } } }, { isSecret });
    assert(isSecretInput(sent["secretValues"]));
  }
});

test("of talos only the client configuration and the machine configs are secret, so that a preview shows the rest", async () => {
  const machine = (node: string) => ({ node, name: node, machineConfiguration: "machine: {}\n" });
  const sent = await sentInputs({
    talos: {
      version: "1.13.9",
      clientConfiguration: { caCertificate: "a", clientCertificate: "b", clientKey: "c" },
      controlPlanes: [machine("c1"), machine("c2")],
      workers: [{ ...machine("w1"), node: pulumi.output("w1"), endpoint: "10.0.0.9" }],
    },
  });
  const { version, clientConfiguration, controlPlanes, workers } = sent["talos"] as Record<string, unknown>;
  assert.equal(version, "1.13.9");
  assert(isSecretInput(clientConfiguration));
  const machines = [...(controlPlanes as Record<string, unknown>[]), ...(workers as Record<string, unknown>[])];
  assert.deepEqual(
    machines.map(({ node, name, endpoint }) => [node, name, endpoint]),
    [
      ["c1", "c1", undefined],
      ["c2", "c2", undefined],
      ["w1", "w1", "10.0.0.9"],
    ],
  );
  for (const { machineConfiguration } of machines) assert(isSecretInput(machineConfiguration));
});

test("talos without machines is recorded as it is", async () => {
  for (const talos of [{}, { version: "1.13.9" }, { controlPlanes: [], workers: [] }]) {
    assert.deepEqual(await sentInputs({ talos }), { talos, ...release });
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import type { Talos } from "../../../components/inputs/talosArgs.ts";
import { TalosCiliumCni } from "../../../components/talosCiliumCni.ts";
import { chartArgs } from "../../harness/charts.ts";
import { eventually } from "../../harness/cluster.ts";
import { isSecretInput, recordRegistrations, value } from "../../harness/mocks.ts";

// The hooks are the engine's: the suite plugins proves them.
const registered = await recordRegistrations();
const machine = (node: string) => ({ node, machineConfiguration: "version: v1alpha1\nmachine: { install: {} }\n" });
const machines: Talos = {
  clientConfiguration: { caCertificate: "ca", clientCertificate: "certificate", clientKey: "key" },
  controlPlanes: [machine("10.0.0.1"), machine("10.0.0.2")],
  workers: [machine("10.0.0.3")],
};
const create = (name: string, args: TalosCiliumCniArgs = {}, talos: Talos = {}) =>
  new TalosCiliumCni(name, {
    ...chartArgs(),
    kubernetesVersion: "1.34.2",
    delivery: "machineConfig",
    ...args,
    talos: { ...machines, sync: true, ...talos },
  });

/** The record of the sync of a component. */
async function recordOf(component: string) {
  const find = () => registered.find(({ type, parent }) => type === "pulumi:index:Stash" && parent === component);
  await eventually(() => find() !== undefined, `${component} records no sync`);
  return find() ?? assert.fail();
}

test("the sync comes after all machines, and its record has nothing but a hash", async () => {
  create("all");
  const { name, dependencies, inputs } = await recordOf("all");
  assert.equal(name, "all-talos-sync");
  assert.deepEqual(dependencies, ["all-control-plane-0", "all-control-plane-1", "all-worker-0"]);
  assert.deepEqual(Object.keys(inputs), ["input"]);
  assert.match(String(inputs["input"]), /^[0-9a-f]{64}$/);
});

test("the hash changes with everything that Talos gets, and with nothing else", async () => {
  const pools = { loadBalancer: { ipPools: [{ name: "a", blocks: [{ cidr: "192.168.1.240/28" }] }] } };
  const variants: Readonly<Record<string, [TalosCiliumCniArgs, Talos?]>> = {
    base: [{}],
    machines: [{}, { workers: [], controlPlanes: [machine("10.0.0.9")] }],
    "apply-mode": [{}, { applyMode: "auto" }],
    values: [{ values: { debug: { enabled: true } } }],
    pools: [pools],
    crds: [{ gatewayApi: { installCrds: false } }],
  };
  const hashes = new Map<string, unknown>();
  for (const [name, [args, talos]] of Object.entries(variants)) {
    create(name, args, talos);
    hashes.set(name, (await recordOf(name)).inputs["input"]);
  }
  const base = hashes.get("base");
  for (const same of ["machines", "apply-mode"]) assert.equal(hashes.get(same), base, same);
  const others = ["values", "pools", "crds"].map((name) => hashes.get(name));
  assert.equal(new Set([base, ...others]).size, 4);
});

test("the hash of a secret manifest is secret, because it could be compared with guesses", async () => {
  create("secret", { secretValues: { extraConfig: { key: "known-to-nobody" } } });
  assert(isSecretInput((await recordOf("secret")).inputs["input"]));
  create("public");
  assert(!isSecretInput((await recordOf("public")).inputs["input"]));
});

test("without talos.sync, nothing is recorded", async () => {
  const cni = create("off", {}, { sync: false });
  await value(cni.urn);
  await eventually(() => registered.some(({ name }) => name === "off-worker-0"), "the machines get no config");
  assert(!registered.some(({ type, parent }) => type === "pulumi:index:Stash" && parent === "off"));
});

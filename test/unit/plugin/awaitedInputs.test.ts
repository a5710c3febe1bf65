import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { RefusedInput } from "../../../components/inputs/plainData.ts";
import { awaitInputs } from "../../../components/plugin/awaitedInputs.ts";
import { unknownOutput } from "../../harness/mocks.ts";

test("values that come from other resources are awaited, wherever they are", async () => {
  const { inputs, unknown } = await awaitInputs({
    podCidr: pulumi.output("10.42.0.0/16"),
    lan: pulumi.output({ nodes: [pulumi.output("10.0.0.1"), "10.0.0.2"] }),
    loadBalancer: { ipPools: [{ name: pulumi.output(Promise.resolve("lan")), blocks: [] }] },
    values: { MTU: 1400, none: null },
  });
  assert.deepEqual(unknown, []);
  assert.deepEqual(inputs, {
    podCidr: "10.42.0.0/16",
    lan: { nodes: ["10.0.0.1", "10.0.0.2"] },
    loadBalancer: { ipPools: [{ name: "lan", blocks: [] }] },
    values: { MTU: 1400, none: null },
  });
});

test("what the component takes as an Output stays one", async () => {
  const machine = { node: pulumi.output("10.0.0.1"), machineConfiguration: pulumi.secret("{}") };
  const talos = {
    version: pulumi.output("1.13.9"),
    clientConfiguration: pulumi.secret({ clientKey: "a" }),
    controlPlanes: [machine],
  };
  const { inputs, secret } = await awaitInputs({ talos });
  assert.deepEqual(secret.toSorted(), [
    "secretValues",
    "talos.clientConfiguration",
    "talos.controlPlanes[0].machineConfiguration",
    "talos.controlPlanes[0].node",
  ]);
  assert.deepEqual(inputs, { talos: { ...talos, version: "1.13.9" } });
});

test("an unknown value is named by its input, whole or in part", async () => {
  const { unknown } = await awaitInputs({
    podCidr: unknownOutput(),
    lan: { nodes: ["10.0.0.1", unknownOutput()] },
    talos: { clientConfiguration: unknownOutput() },
  });
  assert.deepEqual(unknown.toSorted(), ["lan.nodes[1]", "podCidr"]);
});

test("a secret is only accepted where it stays one", async () => {
  const { inputs } = await awaitInputs({
    secretValues: pulumi.secret({ a: 1 }),
    values: { token: pulumi.secret("s3cret") },
    podCidr: pulumi.secret("10.42.0.0/16"),
  });
  assert.deepEqual(inputs["secretValues"], { a: 1 });
  for (const refused of [(inputs["values"] as { token: unknown }).token, inputs["podCidr"]]) {
    assert(refused instanceof RefusedInput);
    assert.match(refused.reason, /^is a secret, .*; give it (in secretValues instead|as plain data)$/);
  }
});

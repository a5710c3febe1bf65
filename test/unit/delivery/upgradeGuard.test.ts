import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { ciliumValues } from "../../../components/cilium/values.ts";
import { changesHook, keepRecordedInputs, refuseUnsafeChanges } from "../../../components/delivery/upgradeGuard.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { InputError } from "../../../components/support/problems.ts";
import { recordRegistrations } from "../../harness/mocks.ts";

await recordRegistrations();

function planOf(args: TalosCiliumCniArgs) {
  const settings = resolveSettings(args);
  return { settings, values: ciliumValues(settings) };
}

/** Runs the hook as the engine does. */
async function runHook(args: TalosCiliumCniArgs, old: Pick<pulumi.ResourceHookArgs, "oldInputs" | "oldOutputs">): Promise<void> {
  await changesHook(planOf(args))({ urn: "", id: "", name: "cilium", type: "", ...old });
}

test("with Pulumi's mocks, which have no hooks, components have no guard", () => {
  assert.deepEqual(refuseUnsafeChanges("cilium", planOf({})), {});
  assert.deepEqual(keepRecordedInputs("cilium", new InputError([])), {});
});

test("one change is one line, and several are a list", async () => {
  const oldInputs = { ciliumVersion: "1.18.4" };
  await assert.rejects(runHook({ ciliumVersion: "1.20.0" }, { oldInputs }), { message: /^ciliumVersion: 1\.20\.0 skips .*$/ });
  await assert.rejects(runHook({ ciliumVersion: "1.20.0", namespace: "cilium" }, { oldInputs }), {
    message: /^2 changes are refused:\n {2}ciliumVersion: .*\n {2}namespace: .*$/,
  });
  await runHook({ ciliumVersion: "1.19.6" }, { oldInputs });
});

test("secret properties of the state are compared, but not quoted", async () => {
  const oldInputs = {
    ciliumVersion: "1.19.6",
    values: pulumi.secret({ debug: { enabled: true } }),
    secretValues: pulumi.secret({ routingMode: "tunnel" }),
    talos: pulumi.secret({ controlPlanes: [{ node: "c1", machineConfiguration: "machine: {}" }] }),
  };
  await assert.rejects(runHook({}, { oldInputs }), { message: /^routing\.mode: native replaces \[secret\], (?!.*tunnel)/ });
  await runHook({ routing: { mode: "tunnel" } }, { oldInputs });
});

test("the images of the state tell a release that its inputs do not, also if they are secret", async () => {
  for (const images of [["quay.io/cilium/cilium:v1.18.4"], pulumi.secret(["quay.io/cilium/cilium:v1.18.4"])]) {
    await assert.rejects(runHook({ ciliumVersion: "1.20.0" }, { oldInputs: {}, oldOutputs: { images } }), {
      message: /^ciliumVersion: 1\.20\.0 skips a minor release after 1\.18\.4, /,
    });
  }
});

test("a state without inputs and outputs is no reason to refuse anything", async () => {
  await runHook({ ciliumVersion: "1.20.0", podCidr: "10.42.0.0/16" }, {});
  await runHook({ ciliumVersion: "1.20.0", podCidr: "10.42.0.0/16" }, { oldInputs: {}, oldOutputs: {} });
});

// Looks for secrets in the real engine's state file, backups and history, and in the output of the CLI.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { withStack } from "../../commands/lib/stack.ts";
import { retryUntilKindExists } from "../../components/delivery/retryUntilKindExists.ts";
import { devStack } from "../fixtures/devStack.ts";
import { readBackendFiles } from "../harness/backendFiles.ts";
import { chartArgs } from "../harness/charts.ts";
import { runRefusedOperation } from "../harness/refusedOperation.ts";
import type { RefusedOperation } from "../processes/runRefusedOperation.ts";

const args = { ...devStack, ...chartArgs() };
const secret = "not-for-the-eyes-of-others";
const pem = `-----BEGIN PRIVATE KEY-----\n${secret}`;

// A secret in each config, and the engine's error for it. The `up` runs without a preview: in a plain `pulumi up` the preview fails
// first, and nothing could be recorded at all.
const rejectedConfigs: Readonly<Record<string, readonly [operation: Omit<RefusedOperation, "operation">, error: RegExp]>> = {
  "an encrypted unknown key": [{ config: args, encryptedConfig: { apiToken: secret } }, /^apiToken: is not an input; known are /],
  "a partly encrypted unknown key": [
    { config: args, encryptedConfig: { "registry.password": secret } },
    /^registry: is not an input; known are /,
  ],
  "an unknown key with a private key": [
    { config: { ...args, value: { tls: pem } } },
    /^value: is not an input; did you mean values\?/,
  ],
  "an encrypted known key": [
    { config: args, encryptedConfig: { "values.tls.ca.key": secret } },
    /^values: homelab-talos-cni:values is encrypted in the config, but what is rendered from it is not; put .* into secretValues/,
  ],
  "a known key, rejected for another one": [
    { config: { ...args, podCidr: "x", values: { tls: { ca: { key: pem } } } } },
    /^podCidr: "x" is not a valid range/,
  ],
  "a known key of the wrong type": [
    { config: { ...args, routing: secret }, declaresConfig: false },
    /^routing: is "not-for-the-eyes-of-others"; it must be an object/,
  ],
  "`secretValues`, rejected for another input": [
    { config: { ...args, podCidr: "x" }, encryptedConfig: { "secretValues.tls.ca.key": secret } },
    /^podCidr: "x" is not a valid range/,
  ],
  "wrong `secretValues`": [
    { config: args, encryptedConfig: { "secretValues.operator.replicas": secret, "secretValues.misspelt": secret } },
    /^2 inputs cannot work:\n {2}secretValues\.misspelt: is not a value of Cilium .*\n {2}secretValues\.operator\.replicas: is "\[secret\]"/,
  ],
  "`secretValues` that are not an object": [
    { config: args, encryptedConfig: { secretValues: secret }, declaresConfig: false },
    /^secretValues: is "\[secret\]"; it must be an object/,
  ],
};

for (const [title, [operation, error]] of Object.entries(rejectedConfigs)) {
  test(`a rejected secret is recorded nowhere: ${title}`, { timeout: 120_000 }, () => {
    const { message, printed, resources, state, history } = runRefusedOperation({ ...operation, operation: "up" });
    assert.match(message, error);
    for (const { type, inputs } of resources) if (type.startsWith("talos-cilium-cni")) assert.deepEqual(inputs ?? {}, {});
    assert(!state.includes(secret), "it is in the state or in a backup");
    // Plain text config is in the history, because it is in the config file, and a message may quote it.
    if (operation.encryptedConfig === undefined) return;
    assert(!history.includes(secret), "it is in the history");
    assert(!`${message}${printed}`.includes(secret), "it is printed");
  });
}

test("problems of the config and of the inputs come in one error", { timeout: 60_000 }, () => {
  const config = { ...args, routing: "native", hubble: "", podCidr: "x", podCird: "y" };
  const { message } = runRefusedOperation({
    operation: "preview",
    config,
    encryptedConfig: { "lan.gateway": secret },
    declaresConfig: false,
  });
  assert.match(
    message,
    /^4 inputs cannot work:\n {2}lan: homelab-talos-cni:lan is encrypted .*\n {2}podCidr: .*\n {2}podCird: is not an input; .*\n {2}routing: is "native"; it must be an object with the keys mode, directRoutes$/,
  );
});

test("a private key among the values is in plain text neither in the state nor in the outputs", { timeout: 60_000 }, async () => {
  const values = { azure: { enabled: true, clientSecret: secret }, extraConfig: { pem: "-----BEGIN PRIVATE KEY-----" } };
  // The chart of 1.18 makes a Secret of these values.
  await withStack({ ...chartArgs("1.18.4"), values }, async (stack) => {
    const warnings: string[] = [];
    await stack.stack.preview({
      color: "never",
      onEvent: ({ diagnosticEvent }) => {
        if (diagnosticEvent?.severity === "warning") warnings.push(diagnosticEvent.message);
      },
    });
    for (const object of ["Secret kube-system/cilium-azure", "ConfigMap kube-system/cilium-config"])
      assert.equal(
        warnings.filter((message) => message.includes(`puts ${object} into the manifest`)).length,
        1,
        warnings.join(""),
      );

    const outputs = await stack.up();
    const secretOutputs = Object.keys(outputs).filter((name) => outputs[name]?.secret);
    assert.deepEqual(secretOutputs, ["helmValues", "manifest", "manifestSha256"]);
    const state = readBackendFiles(stack, "stacks", "backups");
    assert.match(state, /TalosCiliumCni/);
    for (const hidden of [secret, btoa(secret), "PRIVATE KEY", outputs["manifestSha256"]?.value as string])
      assert(!state.includes(hidden), hidden);
  });
});

test("secretValues from encrypted config are in the manifest, and nowhere in plain text", { timeout: 120_000 }, async () => {
  const values = { extraConfig: { "cloud-region": "home" } };
  await withStack({ ...args, values }, async (stack) => {
    await stack.stack.setConfig("secretValues.extraConfig.cloud-token", { value: secret, secret: true }, true);
    const printed: string[] = [];
    const options = { color: "never", diff: true, onOutput: (text: string) => void printed.push(text) } as const;
    await stack.stack.preview(options);
    const { outputs } = await stack.stack.up(options);
    assert.match(outputs["manifest"]?.value as string, new RegExp(`cloud-region: home\n {2}cloud-token: ${secret}\n`));
    for (const name of ["manifest", "manifestSha256"]) assert.equal(outputs[name]?.secret, true);
    const backend = readBackendFiles(stack, "stacks", "backups", "history");
    assert.match(backend, /TalosCiliumCni/);
    for (const hidden of [secret, btoa(secret)]) {
      assert(!backend.includes(hidden));
      assert(!printed.join("").includes(hidden));
    }
  });
});

test("two components may have the same name under different parents", { timeout: 60_000 }, async () => {
  // They share the hook that waits for Cilium's kinds, because the engine refuses a second hook of the same name.
  const run = () => {
    for (const house of ["one", "two"]) {
      const parent = new pulumi.ComponentResource("test:index:House", house);
      for (const timeout of ["10m", "10m", "5m"]) {
        new pulumi.Stash(
          `${house}-${timeout}-${String(Math.random())}`,
          { input: 1 },
          { parent, ...retryUntilKindExists(timeout) },
        );
      }
    }
    return Promise.resolve({});
  };
  const program = { project: { name: "hooks", runtime: "nodejs" }, run };
  const { resourceChanges } = await withStack({}, async ({ stack }) => (await stack.up()).summary, program);
  assert.equal(resourceChanges?.create, 1 + 2 + 6);
});

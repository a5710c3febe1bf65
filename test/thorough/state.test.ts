// What stands in the state file of the real engine, in its backups and in its history, and what the CLI prints.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { withStack } from "../../commands/lib/stack.ts";
import { retryUntilKindExists } from "../../components/delivery/retryUntilKindExists.ts";
import { readBackendFiles } from "../harness/backendFiles.ts";
import { chartArgs } from "../harness/charts.ts";
import { devStack } from "../fixtures/devStack.ts";
import { runRefusedOperation } from "../harness/refusedOperation.ts";
import type { RefusedOperation } from "../processes/runRefusedOperation.ts";

const args = { ...devStack, ...chartArgs() };
const secret = "not-for-the-eyes-of-others";
const pem = `-----BEGIN PRIVATE KEY-----\n${secret}`;

// Each a secret that came into the config, and what the engine says to it. The `up` goes ahead without a preview: in a plain
// `pulumi up` the preview is refused first, and nothing could be recorded at all.
const refused: Readonly<Record<string, readonly [operation: Omit<RefusedOperation, "operation">, says: RegExp]>> = {
  "an unknown key that is encrypted": [
    { config: args, encryptedConfig: { apiToken: secret } },
    /^apiToken: is not an input; did you mean /,
  ],
  "an unknown key that is encrypted in part": [
    { config: args, encryptedConfig: { "registry.password": secret } },
    /^registry: is not an input; did you mean /,
  ],
  "an unknown key with a private key": [
    { config: { ...args, value: { tls: pem } } },
    /^value: is not an input; did you mean values\?/,
  ],
  "a key that is known, encrypted": [
    { config: args, encryptedConfig: { "values.tls.ca.key": secret } },
    /^values: homelab-talos-cni:values is encrypted in the config, but what is rendered from it is not; put .* into secretValues/,
  ],
  "a key that is known, refused for another one": [
    { config: { ...args, podCidr: "x", values: { tls: { ca: { key: pem } } } } },
    /^podCidr: "x" is no IPv4 range/,
  ],
  "a known key of the wrong type": [
    { config: { ...args, routing: secret }, declaresConfig: false },
    /^routing: is "not-for-the-eyes-of-others"; it must be object/,
  ],
  "secretValues, refused for another input": [
    { config: { ...args, podCidr: "x" }, encryptedConfig: { "secretValues.tls.ca.key": secret } },
    /^podCidr: "x" is no IPv4 range/,
  ],
  "secretValues, refused themselves": [
    { config: args, encryptedConfig: { "secretValues.operator.replicas": secret, "secretValues.misspelt": secret } },
    /^2 inputs cannot work:\n {2}secretValues\.misspelt: is not a Cilium .*\n {2}secretValues\.operator\.replicas: is "\[secret\]"/,
  ],
  "secretValues that are no object": [
    { config: args, encryptedConfig: { secretValues: secret }, declaresConfig: false },
    /^secretValues: is "\[secret\]"; it must be object/,
  ],
};

for (const [title, [operation, says]] of Object.entries(refused)) {
  test(`refused and recorded nowhere: ${title}`, { timeout: 120_000 }, () => {
    const { message, printed, resources, state, history } = runRefusedOperation({ ...operation, operation: "up" });
    assert.match(message, says);
    for (const { type, inputs } of resources) if (type.startsWith("talos-cilium-cni")) assert.deepEqual(inputs ?? {}, {});
    assert(!state.includes(secret), "it is in the state or in a backup");
    // Config in plain text is in the history because it is in the config file, and a message may quote it.
    if (operation.encryptedConfig === undefined) return;
    assert(!history.includes(secret), "it is in the history");
    assert(!`${message}${printed}`.includes(secret), "it is printed");
  });
}

test("problems of the config come all at once, with the others", { timeout: 60_000 }, () => {
  const config = { ...args, routing: "native", hubble: "", podCidr: "x", podCird: "y" };
  const { message } = runRefusedOperation({
    operation: "preview",
    config,
    encryptedConfig: { "lan.gateway": secret },
    declaresConfig: false,
  });
  assert.match(
    message,
    /^4 inputs cannot work:\n {2}lan: homelab-talos-cni:lan is encrypted .*\n {2}podCidr: .*\n {2}podCird: is not an input; .*\n {2}routing: is "native"; it must be object$/,
  );
});

test("a private key is nowhere in clear: not in the state, not in the outputs", { timeout: 60_000 }, async () => {
  const values = { azure: { enabled: true, clientSecret: secret }, extraConfig: { pem: "-----BEGIN PRIVATE KEY-----" } };
  await withStack({ ...args, values }, async (stack) => {
    const warned: string[] = [];
    await stack.stack.preview({
      color: "never",
      onEvent: ({ diagnosticEvent }) => {
        if (diagnosticEvent?.severity === "warning") warned.push(diagnosticEvent.message);
      },
    });
    for (const object of ["Secret kube-system/cilium-azure", "ConfigMap kube-system/cilium-config"])
      assert.equal(warned.filter((message) => message.includes(`puts ${object} into the manifest`)).length, 1, warned.join(""));

    const outputs = await stack.up();
    assert.deepEqual(
      Object.entries(outputs).flatMap(([name, { secret }]) => (secret ? [name] : [])),
      ["manifest", "manifestSha256"],
    );
    const state = readBackendFiles(stack, "stacks", "backups");
    assert.match(state, /TalosCiliumCni/);
    for (const hidden of [secret, btoa(secret), "PRIVATE KEY", outputs["manifestSha256"]?.value as string])
      assert(!state.includes(hidden), hidden);
  });
});

test("secretValues of encrypted config are rendered, and nowhere in plain text", { timeout: 120_000 }, async () => {
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

test(
  "two components may use one name under different parents: they share the hook that waits for Cilium's kinds",
  { timeout: 60_000 },
  async () => {
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
  },
);

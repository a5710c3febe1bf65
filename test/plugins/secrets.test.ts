// Delivery chart under the Automation API, where the SDK forgets in a transform that the engine supports secrets. pulumiCli.test.ts does
// the same with the CLI.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readBackendFiles } from "../harness/backendFiles.ts";
import { withChartStack } from "../harness/chartStack.ts";
import { Cluster } from "../harness/cluster.ts";
import { preview, up } from "../harness/operations.ts";

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
after(() => cluster.stop());

const secret = "not-for-the-eyes-of-others";
const dataOf = (kind: string, name: string) => cluster.get(kind, name, "kube-system")?.["data"] as Record<string, string>;

test("secret values reach the cluster, and are not in plain text in the state", { timeout: 200_000 }, async () => {
  const values = {
    // The chart puts the first secret into a Secret and the second into a ConfigMap.
    azure: { enabled: true, clientID: "id", clientSecret: `${secret}-azure` },
    extraConfig: { pem: `-----BEGIN PRIVATE KEY-----${secret}` },
  };
  await withChartStack(cluster, { loadBalancer: {}, values }, async (stack) => {
    await stack.stack.setConfig("secretValues.extraConfig.token", { value: `${secret}-token`, secret: true }, true);
    await up(stack);
    const { pem, token } = dataOf("configmap", "cilium-config");
    assert.deepEqual([pem, token], [`-----BEGIN PRIVATE KEY-----${secret}`, `${secret}-token`]);
    assert.equal(atob(dataOf("secret", "cilium-azure")["AZURE_CLIENT_SECRET"] ?? ""), `${secret}-azure`);
    assert.deepEqual(await preview(stack), []);

    const state = readBackendFiles(stack, "stacks", "backups");
    assert.match(state, /cilium:kube-system\/cilium-config/);
    for (const hidden of [secret, btoa(secret), btoa(`${secret}-azure`)]) assert(!state.includes(hidden), hidden);
    // The history has the plain text config, but not the encrypted secret.
    assert(!readBackendFiles(stack, "history").includes(`${secret}-token`));
  });
});

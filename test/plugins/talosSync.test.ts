// Talos' own sync in `pulumi up`: the real engine and the Talos provider, Talos' own code of talosctl upgrade-k8s, and a real API server.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { findPluginFolder, missingPluginMessage } from "../../commands/lib/plugins.ts";
import { type DevStack, withEngineErrors, withStack } from "../../commands/lib/stack.ts";
import { syncLimits } from "../../components/talos/sync.ts";
import { chart } from "../harness/charts.ts";
import { preview } from "../harness/operations.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";
import { benchKubernetes, SyncBench } from "../harness/syncBench.ts";
import { talosProgram, talosProgramConfig } from "../harness/talosProgram.ts";

const skip = findPluginFolder("resource-talos") === undefined && missingPluginMessage("resource-talos");

// The program runs in this process.
Object.assign(syncLimits, { machines: 20_000, config: 10_000, rollout: 120_000, pause: 500 });

// A machine accepts only clients of the stack that configured it, so each test has its own.
let bench: SyncBench;
afterEach(() => bench.stop());

async function startBench(options: { isMember?: boolean } = {}): Promise<void> {
  bench = await SyncBench.start(options);
  bench.cluster.apply(readGatewayApiCrds("v1.4.1"));
}

const config = (ciliumVersion: string, args: object = {}) =>
  talosProgramConfig(bench.machines.endpoints, {
    ciliumVersion,
    chart: chart(ciliumVersion).path,
    nodes: [bench.node],
    args: { kubernetesVersion: benchKubernetes, ...args },
    talos: { sync: true },
  });

/** `pulumi up`: what it printed, and the steps. */
async function up({ stack }: DevStack): Promise<{ log: string; steps: readonly string[] }> {
  let log = "";
  const steps: string[] = [];
  await withEngineErrors((onError) =>
    stack.up({
      color: "never",
      onOutput: (text) => (log += text),
      onEvent: (event) => {
        onError(event);
        const { op = "same", urn = "" } = event.resOutputsEvent?.metadata ?? {};
        if (op !== "same" && urn.includes("Stash")) steps.push(op);
      },
    }),
  );
  return { log, steps };
}

const image = () => /cilium\/cilium:(v[\d.]+)/.exec(JSON.stringify(bench.cluster.get("daemonset", "cilium", "kube-system")))?.[1];

test("up syncs a change once, shows it without secrets, and tries a failed sync again", { skip, timeout: 400_000 }, async () => {
  await startBench();
  const secret = "known-to-nobody-else";
  await withStack(
    config("1.18.4"),
    async (stack) => {
      const first = await up(stack);
      assert.deepEqual(first.steps, ["create"]);
      assert.match(first.log, /created DaemonSet kube-system\/cilium\n/);
      assert.equal(image(), "v1.18.4");
      assert.equal(bench.syncs(), 1);

      assert.deepEqual(await preview(stack), []);
      assert.deepEqual((await up(stack)).steps, []);
      assert.equal(bench.syncs(), 1);

      // Talos itself never updates an object, so the new release is the work of the sync.
      stack.configure(config("1.19.6"));
      const update = await up(stack);
      assert.deepEqual(update.steps, ["update"]);
      assert.equal(image(), "v1.19.6");
      assert.equal(bench.syncs(), 2);
      assert.match(update.log, /configured DaemonSet kube-system\/cilium\n/);
      assert.match(update.log, /\+ .*quay\.io\/cilium\/cilium:v1\.19\.6@/);

      // The kubeconfig that Talos gives leads nowhere for a while.
      bench.cutOff();
      stack.configure(config("1.19.6", { secretValues: { extraConfig: { "some-key": secret } } }));
      await assert.rejects(up(stack), /127\.0\.0\.1:1 does not answer: .*; correct that and run `pulumi up` again/);
      assert.equal(bench.syncs(), 2);
      bench.reconnect();
      const retry = await up(stack);
      assert.deepEqual(retry.steps, ["update"]);
      assert.equal(bench.syncs(), 3);
      assert.match(retry.log, /configured ConfigMap kube-system\/cilium-config \(contents hidden\)/);
      const stored = bench.cluster.get("configmap", "cilium-config", "kube-system")?.["data"] as Record<string, string>;
      assert.equal(stored["some-key"], secret);
      for (const text of [retry.log, stack.state()]) assert(!text.includes(secret));

      // The lines that go away are as secret as they were.
      stack.configure(config("1.19.6"));
      const { log } = await up(stack);
      assert.match(log, /configured ConfigMap kube-system\/cilium-config \(contents hidden\)/);
      assert(!log.includes(secret));
      assert.deepEqual((await up(stack)).steps, []);
      assert.equal(bench.syncs(), 4);

      // Neither the credentials nor a program are in the record of the sync.
      const { deployment } = (await stack.stack.exportStack()) as {
        deployment: { resources: { type: string; inputs?: object }[] };
      };
      const record = deployment.resources.find(({ type }) => type === "pulumi:index:Stash");
      assert.deepEqual(Object.keys(record?.inputs ?? {}), ["input"]);
    },
    talosProgram,
  );
});

test(
  "a sync that would upgrade Kubernetes or delete Cilium is refused before it changes anything",
  { skip, timeout: 120_000 },
  async () => {
    await startBench();
    await withStack(
      config("1.18.4", { kubernetesVersion: "1.34.1" }),
      async (stack) => {
        await assert.rejects(
          up(stack),
          /kubernetesVersion is 1\.34\.1, and the cluster runs 1\.34\.2\. .* set kubernetesVersion to 1\.34\.2/,
        );
        stack.configure(config("1.18.4"));
        await up(stack);
        assert.equal(bench.syncs(), 1);

        stack.configure(config("1.18.4", { namespace: "elsewhere", allowUnsafeChanges: ["namespace"] }));
        await assert.rejects(
          up(stack),
          /would delete (?=.*DaemonSet kube-system\/cilium\b)(?=.*Deployment kube-system\/cilium-operator\b).*docs\/hand-off\.md/,
        );
        assert.equal(bench.syncs(), 1);
        assert.equal(image(), "v1.18.4");
        assert.equal(bench.cluster.get("daemonset", "cilium", "elsewhere"), undefined);
      },
      talosProgram,
    );
  },
);

test("a cluster that is not bootstrapped yet is not synced, and up goes on", { skip, timeout: 400_000 }, async () => {
  await startBench({ isMember: false });
  await withStack(
    config("1.18.4"),
    async (stack) => {
      const { steps, log } = await up(stack);
      assert.deepEqual(steps, ["create"]);
      assert.match(log, /The cluster is not bootstrapped yet/);
      assert.equal(bench.syncs(), 0);
      assert.equal(bench.cluster.get("daemonset", "cilium", "kube-system"), undefined);
    },
    talosProgram,
  );
});

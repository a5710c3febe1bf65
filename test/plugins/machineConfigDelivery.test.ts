import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { findPluginFolder, missingPluginMessage } from "../../commands/lib/plugins.ts";
import { withStack } from "../../commands/lib/stack.ts";
import { chart } from "../harness/charts.ts";
import { operationError, preview, up } from "../harness/operations.ts";
import { TalosNodes } from "../harness/talosNode.ts";
import { talosProgram, talosProgramConfig, talosProgramFolder } from "../harness/talosProgram.ts";

const skip = findPluginFolder("resource-talos") === undefined && missingPluginMessage("resource-talos");

let nodes: TalosNodes;
beforeEach(async () => {
  nodes = await TalosNodes.start(3);
});
afterEach(() => {
  nodes.stop();
});

interface Secrets {
  readonly machine: { readonly token: string; readonly ca: { readonly key: string } };
  readonly cluster: { readonly secret: string; readonly token: string; readonly aggregatorCA: { readonly key: string } };
}

test(
  "three control planes get their config one at a time, and again only when it changes",
  { skip, timeout: 200_000 },
  async () => {
    await withStack(
      talosProgramConfig(nodes.endpoints),
      async (stack) => {
        const created = await up(stack);
        assert.equal(created.filter((step) => step.startsWith("create ConfigurationApply")).length, 3, created.join("\n"));
        const configs = nodes.events.filter(({ event }) => event === "taken").map(({ config }) => config);
        assert.deepEqual(nodes.takeEvents(), ["0 comes", "0 taken", "1 comes", "1 taken", "2 comes", "2 taken"]);
        assert(configs.every((text) => /inlineManifests:\n +- name: cilium\n/.test(text)));

        // Neither the state on disk nor a plain output shows a secret of the config.
        const { machine, cluster } = parseAllDocuments(configs[0] ?? "")[0]?.toJS() as Secrets;
        const state = stack.state();
        assert(state.includes("ConfigurationApply"));
        for (const secret of [machine.token, machine.ca.key, cluster.secret, cluster.token, cluster.aggregatorCA.key])
          assert(secret.length > 10 && !state.includes(secret));
        const { talosConfig, syncCommand } = await stack.stack.outputs();
        assert.deepEqual([talosConfig?.secret, syncCommand?.secret], [true, false]);
        const [, key = ""] = /key: (\S{20,})/.exec(talosConfig?.value as string) ?? [];
        assert(key !== "" && !state.includes(key));

        assert.deepEqual(await preview(stack), []);
        assert.deepEqual(nodes.takeEvents(), []);

        stack.configure(talosProgramConfig(nodes.endpoints, { ciliumVersion: "1.19.6", chart: chart("1.19.6").path }));
        assert.deepEqual(await up(stack), [
          "update ConfigurationApply cilium-control-plane-0",
          "update ConfigurationApply cilium-control-plane-1",
          "update ConfigurationApply cilium-control-plane-2",
          "update TalosCiliumCni cilium",
        ]);
        assert.deepEqual(nodes.takeEvents(), ["0 comes", "0 taken", "1 comes", "1 taken", "2 comes", "2 taken"]);
      },
      talosProgram,
    );
  },
);

test(
  "when a machine rejects its config, the error gives Talos' reason, and the next machine gets none",
  { skip, timeout: 200_000 },
  async () => {
    const patches = ['cluster: { inlineManifests: [{ name: "", contents: a }] }'];
    await withStack(
      talosProgramConfig(nodes.endpoints, { patches }),
      async (stack) => {
        assert.match(await operationError("up", stack, talosProgramFolder), /inline manifest name can't be empty/);
        assert.deepEqual(nodes.takeEvents(), ["0 comes", "0 taken", "1 comes", "1 refused"]);
        stack.configure(talosProgramConfig(nodes.endpoints));
        await up(stack);
        assert.deepEqual(nodes.takeEvents(), ["1 comes", "1 taken", "2 comes", "2 taken"]);
      },
      talosProgram,
    );
  },
);

test("a config that already has Cilium gives one error, and its machine gets no config", { skip, timeout: 200_000 }, async () => {
  const patches = ["cluster: { inlineManifests: [{ name: cilium, contents: a }] }"];
  await withStack(
    talosProgramConfig(nodes.endpoints, { patches }),
    async (stack) => {
      const message = await operationError("up", stack, talosProgramFolder);
      assert.match(message, /^[^\n]*talos\.controlPlanes\[1\]\.machineConfiguration: already has an inline manifest "cilium"/);
      assert(!nodes.takeEvents().some((event) => /^[12] /.test(event)));
    },
    talosProgram,
  );
});

test("removing or adding a machine with a name changes no other machine", { skip, timeout: 200_000 }, async () => {
  const machines = { a: nodes.endpoints[0], b: nodes.endpoints[1], c: nodes.endpoints[2] };
  const config = (...names: readonly ("a" | "b" | "c")[]) =>
    talosProgramConfig(
      names.map((name) => machines[name] ?? ""),
      { names, nodes: names.map((name) => `127.0.2.${"abc".indexOf(name) + 1}`) },
    );
  await withStack(
    config("a", "b"),
    async (stack) => {
      await up(stack);
      stack.configure(config("b"));
      assert.deepEqual(await up(stack), ["delete ConfigurationApply cilium-a", "update TalosCiliumCni cilium"]);
      stack.configure(config("c", "b"));
      nodes.takeEvents();
      assert.deepEqual(await up(stack), ["create ConfigurationApply cilium-c", "update TalosCiliumCni cilium"]);
      assert.deepEqual(nodes.takeEvents(), ["2 comes", "2 taken"]);
    },
    talosProgram,
  );
});

// Runs examples/homelab-from-scratch unchanged, in a network namespace that has its addresses.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { generate } from "selfsigned";
import { parseAllDocuments } from "yaml";
import { findNamespaceObstacle } from "../../commands/lib/lanObstacles.ts";
import { findPluginFolder, missingPluginMessage } from "../../commands/lib/plugins.ts";
import { root } from "../../commands/lib/root.ts";
import { programIn, withStack } from "../../commands/lib/stack.ts";
import { chart } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { isolate, mountPrivateFolders, runCommand, scratch } from "../harness/isolation.ts";
import { preview, up } from "../harness/operations.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";
import { TalosNodes } from "../harness/talosNode.ts";
import { syncManifests, talosOwnManifest } from "../harness/talosSync.ts";

// Inside the namespaces, where this process is PID 1, there is nothing more to check.
const noNamespaces = process.pid === 1 ? undefined : findNamespaceObstacle();
const skip = noNamespaces ?? (findPluginFolder("resource-talos") === undefined && missingPluginMessage("resource-talos"));
if (skip === false) isolate();

interface MachineConfig {
  readonly cluster: { readonly inlineManifests?: readonly { readonly name: string; readonly contents: string }[] };
}

test(
  "examples/homelab-from-scratch bootstraps a cluster with Cilium, then creates pools and policies",
  { skip, timeout: 300_000 },
  async () => {
    mountPrivateFolders();
    const addresses = ["192.168.1.10", "192.168.1.11", "192.168.1.12"];
    for (const address of addresses) runCommand("ip", "address", "add", `${address}/32`, "dev", "lo");
    const cluster = await Cluster.start("192.168.1.10");
    const kubeconfig = join(scratch, "kubeconfig");
    writeFileSync(kubeconfig, await withCertificate(readFileSync(cluster.kubeconfig, "utf8")));
    const machines = await TalosNodes.startAt(
      addresses.map((address) => `${address}:50000`),
      kubeconfig,
    );
    try {
      await withStack(
        { chart: { path: chart().path } },
        async (stack) => {
          const running = up(stack);
          await Promise.race([
            running,
            eventually(
              () => machines.events.some(({ event }) => event === "bootstrap"),
              "the control plane is not bootstrapped",
              200,
            ),
          ]);
          const events = machines.events.filter(({ event }) => event !== "comes").map(({ node, event }) => `${node} ${event}`);
          assert.deepEqual(events.toSorted(), ["0 bootstrap", "0 taken", "1 taken", "2 taken"]);
          assert.equal(events.indexOf("0 taken") < events.indexOf("0 bootstrap"), true);

          // Plays Talos: applies the manifests in the config of the control plane to the cluster.
          const config = machines.events.find(({ node, event }) => node === 0 && event === "taken")?.config ?? "";
          const { inlineManifests = [] } = (parseAllDocuments(config)[0]?.toJS() as MachineConfig).cluster;
          assert.deepEqual(
            inlineManifests.map(({ name }) => name),
            ["cilium"],
          );
          cluster.apply(readGatewayApiCrds("v1.4.1"));
          syncManifests(cluster, talosOwnManifest + inlineManifests.map(({ contents }) => contents).join(""));
          await cluster.startOperator();

          const steps = await running;
          assert(steps.includes("create CiliumL2AnnouncementPolicy lan-lan"), steps.join("\n"));
          assert(cluster.get("ciliumloadbalancerippool", "lan"));
          assert.deepEqual(await preview(stack), []);
        },
        programIn(join(root, "examples", "homelab-from-scratch")),
      );
    } finally {
      machines.stop();
      await cluster.stop();
    }
  },
);

/** Adds a client certificate, as Talos' kubeconfig has one and the provider reads it; the API server here checks the token only. */
async function withCertificate(kubeconfig: string): Promise<string> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "admin" }]);
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const config = JSON.parse(kubeconfig) as { users: { user: object }[] };
  const certificate = { "client-certificate-data": base64(cert), "client-key-data": base64(key) };
  return JSON.stringify({
    ...config,
    users: config.users.map(({ user, ...rest }) => ({ ...rest, user: { ...user, ...certificate } })),
  });
}

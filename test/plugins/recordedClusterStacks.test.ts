import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { findPluginFolder, missingPluginMessage } from "../../commands/lib/plugins.ts";
import { withStack } from "../../commands/lib/stack.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { readBackendFiles } from "../harness/backendFiles.ts";
import { withChartStack } from "../harness/chartStack.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { preview, up } from "../harness/operations.ts";
import { disruptiveSteps, recordedObjects, restoreState } from "../harness/recordedStates.ts";
import { TalosNodes } from "../harness/talosNode.ts";
import { talosProgram, talosProgramConfig } from "../harness/talosProgram.ts";

const skip = findPluginFolder("resource-talos") === undefined && missingPluginMessage("resource-talos");
const folder = mkdtempSync(join(tmpdir(), "recorded-"));
after(() => {
  rmSync(folder, { recursive: true });
});

test("a stack of an earlier release with delivery chart is updated in place", { timeout: 300_000 }, async () => {
  const namespace = "cilium";
  const cluster = await Cluster.start();
  try {
    cluster.startNodes("one");
    // The cluster as that stack left it: Cilium's own kinds once the operator has registered them.
    const objects = recordedObjects();
    const isOfCilium = ({ apiVersion }: KubernetesObject) => apiVersion.startsWith("cilium.io/");
    const isPrerequisite = ({ kind }: KubernetesObject) => kind === "Namespace" || kind === "CustomResourceDefinition";
    const apply = (part: readonly KubernetesObject[]) => {
      cluster.apply(part.map((object) => `---\n${JSON.stringify(object)}\n`).join(""));
    };
    apply(objects.filter(isPrerequisite));
    apply(objects.filter((object) => !isPrerequisite(object) && !isOfCilium(object)));
    await cluster.startOperator(namespace);
    const kinds = ["ciliumloadbalancerippools.cilium.io", "ciliuml2announcementpolicies.cilium.io"];
    const areRegistered = () => kinds.every((kind) => cluster.get("crd", kind) !== undefined);
    await eventually(areRegistered, "the operator does not register its kinds");
    apply(objects.filter(isOfCilium));

    const gatewayApi = { crdsPath: join(folder, "gatewayclasses.yaml") };
    const gatewayClasses = objects.find(({ kind }) => kind === "CustomResourceDefinition");
    writeFileSync(gatewayApi.crdsPath, JSON.stringify(gatewayClasses));
    await withChartStack(
      cluster,
      { ciliumVersion: "1.18.4", namespace, kubernetesVersion: "1.34.2", gatewayApi },
      async (stack) => {
        await restoreState(stack, "chart");
        const steps = await preview(stack);
        assert.deepEqual(disruptiveSteps(steps), [], steps.join("\n"));
        assert.deepEqual(disruptiveSteps(await up(stack)), []);
        assert.deepEqual(await preview(stack), []);
      },
    );
  } finally {
    await cluster.stop();
  }
});

test(
  "a stack of an earlier release with delivery machineConfig is updated in place, also when its machines get names",
  { skip, timeout: 200_000 },
  async () => {
    const nodes = await TalosNodes.start(2);
    const [controlPlane = "", worker = ""] = nodes.endpoints;
    try {
      const config = (names: readonly string[]) => talosProgramConfig([controlPlane], { workers: [worker], names });
      await withStack(
        config([]),
        async (stack) => {
          await restoreState(stack, "machineConfig", { "127.0.0.1:45001": controlPlane, "127.0.0.1:45002": worker });
          const steps = await preview(stack);
          assert.deepEqual(disruptiveSteps(steps), [], steps.join("\n"));
          stack.configure(config(["first", "second"]));
          assert.deepEqual(disruptiveSteps(await up(stack)), []);
          assert.deepEqual(await preview(stack), []);
          const urns = readBackendFiles(stack, "stacks");
          for (const name of ["cilium-first", "cilium-second"]) assert(urns.includes(`::${name}"`), name);
        },
        talosProgram,
      );
    } finally {
      nodes.stop();
    }
  },
);

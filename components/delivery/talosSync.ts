import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import semver from "semver";
import type { Plan } from "../plan.ts";
import { type SyncJob, syncManifests } from "../talos/sync.ts";
import { type ClientCredentials, requireTalosctl } from "../talos/talosctl.ts";
import { resourceHooks } from "./resourceHook.ts";

/**
 * Syncs the cluster to the manifests by Talos' own code, once for each change of them: after all machines in `dependsOn` have accepted their
 * configs.
 *
 * The hash of the manifests is the input of a resource that does nothing itself. A hook runs the sync before the engine records a new hash, so
 * the state has the hash of the last sync that succeeded, and a sync that failed is tried again by the next `pulumi up`. A hook is a function
 * of the running program: neither credentials nor code are in the state.
 */
export function deliverTalosSync(
  name: string,
  plan: Plan,
  component: pulumi.ComponentResource,
  dependsOn: readonly pulumi.Resource[],
): void {
  const report = (line: string) => void pulumi.log.info(line, component);
  const hooks = [
    // Looked for at preview too, before anything is touched.
    ...resourceHooks(`talosctl for ${name}`, () => requireTalosctl(), { onDryRun: true }),
    ...resourceHooks(`Talos' sync of ${name}`, async ({ oldInputs }) => {
      await syncManifests(await jobOf(plan, oldInputs?.["input"]), report);
    }),
  ];
  const hash = manifestsHash(plan);
  new pulumi.Stash(
    `${name}-talos-sync`,
    { input: plan.isSecret ? pulumi.secret(hash) : hash },
    { parent: component, dependsOn: [...dependsOn], hooks: { beforeCreate: hooks, beforeUpdate: hooks } },
  );
}

/** What Talos gets, as one hash. */
function manifestsHash({ manifest, loadBalancer, gatewayApiUrl }: Plan): string {
  const parts = [manifest.sha256, loadBalancer?.sha256, gatewayApiUrl];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/**
 * What to sync. Every input is known when a hook runs, because the machines that have the same inputs have been configured.
 *
 * The lines that change in the cluster contain what was synced before. Unless the hash of that is known and public, no lines are shown.
 */
function jobOf({ settings, manifest, loadBalancer, gatewayApiUrl, secretObjects }: Plan, lastHash: unknown): Promise<SyncJob> {
  const { controlPlanes, clientConfiguration } = settings.talos;
  const entries = [...manifest.entries, ...(loadBalancer?.entries ?? [])];
  const objects = entries.map(({ object }) => object);
  // What else is secret comes from `secretValues`.
  const secretContents = objects
    .filter(({ kind }) => kind === "Secret")
    .map(({ data, stringData }) => [decoded(data), stringData]);
  const machines = controlPlanes.map(({ node, endpoint }) => ({ node, endpoint }));
  return new Promise((resolve) => {
    pulumi.all([machines, clientConfiguration]).apply(([nodes, credentials]) => {
      resolve({
        controlPlanes: nodes,
        credentials: withoutMarks(credentials) as ClientCredentials,
        kubernetesVersion: semver.parse(settings.kubernetesVersion)?.version ?? "",
        objects,
        urls: gatewayApiUrl === undefined ? [] : [gatewayApiUrl],
        secretObjects: typeof lastHash === "string" ? secretObjects : new Set(entries.map(({ name }) => name)),
        secrets: [settings.secretValues, secretContents],
      });
    });
  });
}

/** The texts in the `data` of a Secret. Their base64 is hidden with them. */
function decoded(data: unknown): readonly string[] {
  if (typeof data !== "object" || data === null) return [];
  return Object.values(data).map((text) => Buffer.from(String(text), "base64").toString("utf8"));
}

/** The value of a resource's secret output, which the SDK leaves marked as a secret if the plugin and the program both say that it is one. */
function withoutMarks(value: unknown): unknown {
  if (pulumi.runtime.isRpcSecret(value)) return withoutMarks(pulumi.runtime.unwrapRpcSecret(value));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutMarks(member)]));
}

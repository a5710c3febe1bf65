import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { redactText } from "../inputs/secretValues.ts";
import { ApiClient, ApiError } from "../kubernetes/apiClient.ts";
import { nameOf } from "../kubernetes/manifest.ts";
import type { KubernetesObject } from "../kubernetes/yaml.ts";
import { describeChanges, readDryRun, vitalDeletions } from "./dryRun.ts";
import {
  type ClientCredentials,
  requireTalosctl,
  type Talosctl,
  TalosctlError,
  type TalosNode,
  withTalosctl,
} from "./talosctl.ts";

/** How long each wait may take, in milliseconds, and the pause between two looks. Tests shorten these. */
export const syncLimits = { machines: 600_000, config: 60_000, rollout: 600_000, pause: 2000 };

/** Everything that a sync needs. */
export interface SyncJob {
  readonly controlPlanes: readonly TalosNode[];
  readonly credentials: ClientCredentials;
  /** The version that runs, such as `1.34.2`. */
  readonly kubernetesVersion: string;
  /** The objects that the machine config contains. */
  readonly objects: readonly KubernetesObject[];
  /** The URLs from which Talos downloads further objects. */
  readonly urls: readonly string[];
  /** The names of the objects of which nothing is shown. */
  readonly secretObjects: ReadonlySet<string>;
  /** Values that no error may quote. */
  readonly secrets: unknown;
}

/** The sync was refused or failed. The message is meant for users, and contains no secret. */
export class SyncError extends Error {
  override readonly name = "SyncError";
}

/**
 * Brings the cluster in line with the manifests of the machine config, by Talos' own sync, and waits until Cilium's pods have been replaced.
 * Before it changes anything, it refuses a sync that would upgrade Kubernetes, delete Cilium, or apply other manifests than these. Does nothing
 * if the cluster is not bootstrapped yet, because Talos then creates everything itself.
 *
 * `report` gets the lines that a user reads.
 */
export async function syncManifests(job: SyncJob, report: (line: string) => void): Promise<void> {
  try {
    await requireTalosctl();
    await withTalosctl(job.credentials, (talosctl) => sync(job, talosctl, report));
  } catch (error) {
    if (!(error instanceof TalosctlError) && !(error instanceof ApiError) && !(error instanceof SyncError)) throw error;
    throw new SyncError(
      `${redactText(error.message, job.secrets)}; correct that and run \`pulumi up\` again: it goes on from here`,
    );
  }
}

async function sync(job: SyncJob, talosctl: Talosctl, report: (line: string) => void): Promise<void> {
  const machine = await findMember(job, talosctl);
  if (machine === undefined) {
    report("The cluster is not bootstrapped yet. Talos creates the objects itself then, so there is nothing to sync.");
    return;
  }
  const api = new ApiClient(await talosctl(machine, ["kubeconfig", "--merge=false", "-"]));
  await requireSameVersion(job, api);
  await waitForConfig(job, talosctl, machine);
  const to = job.kubernetesVersion;
  // With `--from`, Talos takes no step of an upgrade. The images are there, and the config stays without the comments that Talos would add.
  const upgrade = ["upgrade-k8s", "--from", to, "--to", to, "--upgrade-kubelet=false", "--pre-pull-images=false"];
  const options = ["--with-docs=false", "--with-examples=false", "--manifests-reconcile-timeout=10m"];
  const dryRun = readDryRun(await talosctl(machine, [...upgrade, ...options, "--dry-run"], 300));
  if (dryRun === undefined)
    throw new SyncError(
      "talosctl upgrade-k8s --dry-run does not say what it would do; install the talosctl of your machines' release",
    );
  if (dryRun.upgrades.length > 0) {
    throw new SyncError(
      `a sync would also change ${dryRun.upgrades.join(", ")}; run talosctl upgrade-k8s yourself if you want that (the output syncCommand)`,
    );
  }
  const deletions = vitalDeletions(dryRun);
  if (deletions.length > 0) {
    throw new SyncError(
      `a sync would delete ${deletions.join(", ")}, and what depends on it; read docs/hand-off.md, and if you want that, run the output ` +
        "syncCommand yourself",
    );
  }
  if (dryRun.changes.some(({ action }) => action !== "unchanged")) {
    report(`Talos' sync will change these objects:\n${describeChanges(dryRun, job.secretObjects)}`);
    await talosctl(machine, [...upgrade, ...options], 1800);
  } else report("The cluster is in line with the machine config already.");
  await waitForRollout(job, api);
  report("The cluster is in line with the machine config, and Cilium's pods are ready.");
}

/** The first control plane whose etcd runs. Undefined if no control plane has been bootstrapped. */
async function findMember({ controlPlanes }: SyncJob, talosctl: Talosctl): Promise<TalosNode | undefined> {
  const end = performance.now() + syncLimits.machines;
  for (;;) {
    const states = await Promise.all(controlPlanes.map((machine) => etcdState(machine, talosctl)));
    const member = controlPlanes[states.indexOf("Running")];
    if (member !== undefined) return member;
    // Until a cluster is bootstrapped, etcd waits on every control plane.
    if (states.every((state) => state === "Preparing")) return undefined;
    if (performance.now() > end) {
      const list = controlPlanes.map(({ node }, index) => `${node}: ${states[index]}`);
      throw new SyncError(`no control plane has an etcd that runs (${list.join("; ")}), so Talos cannot sync`);
    }
    await sleep(syncLimits.pause);
  }
}

/** The state of etcd on a machine, or why it is unknown: a machine that installs Talos or reboots does not answer. */
async function etcdState(machine: TalosNode, talosctl: Talosctl): Promise<string> {
  try {
    return /^STATE\s+(\w+)/m.exec(await talosctl(machine, ["service", "etcd"]))?.[1] ?? "unknown";
  } catch (error) {
    if (error instanceof TalosctlError) return error.message;
    throw error;
  }
}

async function requireSameVersion({ kubernetesVersion }: SyncJob, api: ApiClient): Promise<void> {
  const running = await api.version();
  if (running === kubernetesVersion) return;
  throw new SyncError(
    `kubernetesVersion is ${kubernetesVersion}, and the cluster runs ${running}. A sync to another version would upgrade Kubernetes; ` +
      `set kubernetesVersion to ${running}, or upgrade Kubernetes first`,
  );
}

/** Waits until the machine uses the manifests of this stack. A config that is staged for the next reboot is not used yet. */
async function waitForConfig(job: SyncJob, talosctl: Talosctl, machine: TalosNode): Promise<void> {
  const end = performance.now() + syncLimits.config;
  for (;;) {
    const missing = missingManifests(job, await talosctl(machine, ["get", "manifests", "--output", "json"]));
    if (missing.length === 0) return;
    if (performance.now() > end) {
      const names = missing.length > 3 ? [...missing.slice(0, 3), `${missing.length - 3} others`] : missing;
      throw new SyncError(
        `${machine.node} does not use the machine config of this stack yet: ${names.join(", ")} differ. If the config is staged, reboot the machine`,
      );
    }
    await sleep(syncLimits.pause);
  }
}

/** What of the stack is not in the manifests of a machine, as `talosctl get manifests --output json` prints them one after another. */
function missingManifests({ objects, urls }: SyncJob, output: string): readonly string[] {
  const resources = output
    .split(/(?<=^\}\n)/m)
    .filter((text) => text.trim() !== "")
    .map(
      (text) =>
        JSON.parse(text) as { readonly metadata: { readonly id: string }; readonly spec: readonly KubernetesObject[] | null },
    );
  const present = new Map(
    resources.flatMap(({ spec }) => (spec ?? []).map((object) => [`${object.apiVersion} ${nameOf(object)}`, object])),
  );
  const differs = (object: KubernetesObject) =>
    !isDeepStrictEqual(present.get(`${object.apiVersion} ${nameOf(object)}`), plain(object));
  // Talos names a downloaded manifest by its priority and URL.
  const isAbsent = (url: string) => !resources.some(({ metadata: { id } }) => id.endsWith(`-${url}`));
  return [...objects.filter(differs).map(nameOf), ...urls.filter(isAbsent)];
}

/** Numbers and prototypes as JSON has them. */
function plain(object: KubernetesObject): unknown {
  return JSON.parse(JSON.stringify(object, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value)));
}

async function waitForRollout({ objects }: SyncJob, api: ApiClient): Promise<void> {
  try {
    await api.waitForRollout(objects, syncLimits.rollout, syncLimits.pause);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new SyncError(
      `Talos has synced, but after ${syncLimits.rollout / 60_000} minutes not all pods of Cilium are replaced and ready: ${error.message}. ` +
        "See `kubectl describe pods --all-namespaces --selector app.kubernetes.io/part-of=cilium`",
    );
  }
}

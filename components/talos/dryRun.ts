import { containsPrivateKey } from "../kubernetes/secrets.ts";

/** What `talosctl upgrade-k8s` does with an object. */
export type DryRunAction = "created" | "configured" | "deleted" | "unchanged";

/** What a sync would do with one object. */
export interface DryRunChange {
  readonly action: DryRunAction;
  /** As `nameOf` writes it: `ConfigMap kube-system/cilium-config`. */
  readonly name: string;
  /** The changed lines, with those around them. */
  readonly diff: string;
}

/** What a dry run of `talosctl upgrade-k8s` says. */
export interface DryRun {
  readonly changes: readonly DryRunChange[];
  /** The components of Kubernetes whose version or image the sync would change, such as `kube-apiserver: v1.34.2 -> 1.35.0`. */
  readonly upgrades: readonly string[];
}

const actions: Readonly<Record<string, DryRunAction>> = {
  created: "created",
  configured: "configured",
  Pruned: "deleted",
  deleted: "deleted",
  unchanged: "unchanged",
};

/**
 * Reads the output of `talosctl upgrade-k8s --dry-run`: of a sync by server-side apply, as to machines of Talos 1.13 and later, and of the
 * older one. Undefined if it contains no sync of manifests at all, as if talosctl changed its words.
 *
 * @see https://github.com/siderolabs/talos/blob/v1.13.9/pkg/cluster/kubernetes/talos_managed.go
 */
export function readDryRun(output: string): DryRun | undefined {
  const lines = output.split("\n");
  const start = lines.findIndex((line) => line.startsWith("updating manifests"));
  if (start === -1) return undefined;
  const upgrades = lines.slice(0, start).flatMap((line) => /^ > update (.*)$/.exec(line)?.[1] ?? []);
  const changes: DryRunChange[] = [];
  let open: { name: string; lines: string[] } | undefined;
  for (const line of lines.slice(start + 1)) {
    const [, word = "", subject = ""] = /^ < (\w+) (\S+\/\S+)$/.exec(line) ?? [];
    const action = actions[word];
    const [, older] = /^ > processing manifest (\S+)$/.exec(line) ?? [];
    if (action !== undefined) {
      open = { name: toName(subject), lines: [] };
      changes.push(change(action, open));
    } else if (older !== undefined) open = { name: toName(older), lines: [] };
    else if (line === " < no changes" && open !== undefined) changes.push(change("unchanged", open));
    else if (line === " < dry run, change skipped" && open !== undefined) {
      changes.push(change("configured", open));
      open = undefined;
    } else open?.lines.push(line);
  }
  return { changes, upgrades };
}

/** The diff is read when it is complete. */
function change(
  action: DryRunAction,
  { name, lines }: { readonly name: string; readonly lines: readonly string[] },
): DryRunChange {
  return {
    action,
    name,
    get diff() {
      return lines.join("\n").trim();
    },
  };
}

/** `DaemonSet kube-system/cilium` of `DaemonSet/kube-system/cilium`, or of `apps/v1.DaemonSet/kube-system/cilium`. */
function toName(subject: string): string {
  const [, kind = "", path = ""] = /^(?:(?:.*\/)?v\d\w*[./])?(\w+)\/(.*)$/.exec(subject) ?? [];
  return `${kind} ${path}`;
}

/**
 * What a user may see of a dry run: each object that changes, and the changed lines of existing ones. The contents of Secrets, of objects in
 * `secretObjects` and of anything with a private key are left out.
 */
export function describeChanges({ changes }: DryRun, secretObjects: ReadonlySet<string>): string {
  const lines = changes
    .filter(({ action }) => action !== "unchanged")
    .flatMap(({ action, name, diff }) => {
      const line = `${action} ${name}`;
      if (action !== "configured") return [line];
      const isSecret = name.startsWith("Secret ") || secretObjects.has(name) || containsPrivateKey(diff);
      return isSecret ? [`${line} (contents hidden)`] : [line, diff];
    });
  return lines.join("\n");
}

/** What no sync may delete: without the first three there is no network, and the others take everything with them that they contain. */
const vital = [
  /^DaemonSet \S+\/cilium$/,
  /^Deployment \S+\/cilium-operator$/,
  /^ConfigMap \S+\/cilium-config$/,
  /^CustomResourceDefinition /,
  /^Namespace /,
];

/** The objects that a sync would delete although Cilium, or everything of a kind or a namespace, goes with them. */
export function vitalDeletions({ changes }: DryRun): readonly string[] {
  return changes
    .filter(({ action, name }) => action === "deleted" && vital.some((pattern) => pattern.test(name)))
    .map(({ name }) => name);
}

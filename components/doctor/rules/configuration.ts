import { nameOf } from "../../kubernetes/manifest.ts";
import { changesInCluster } from "../../kubernetes/objectChanges.ts";
import type { KubernetesObject } from "../../kubernetes/yaml.ts";
import { agentDaemonSet, isOn } from "../cluster.ts";
import { type Facts, list, read } from "../facts.ts";
import { causeIf, clusterRule, restartAgents } from "../rule.ts";

export const configurationRules = [
  clusterRule({
    id: "kube-proxy-left",
    title: "kube-proxy next to Cilium",
    why: "Cilium does the work of kube-proxy. Its rules in iptables stay in force beside Cilium's, and send packets of Services other ways.",
    remedy:
      "Set cluster.proxy.disabled to true in the machine config, and delete the DaemonSet kube-proxy: Talos before 1.13 leaves it.",
    source: "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/",
    run: (facts) => {
      if (agentDaemonSet(facts) === undefined || !isOn(facts, "kube-proxy-replacement")) return [];
      return list(facts, "daemonSets")
        .filter(({ metadata, status }) => metadata.name === "kube-proxy" && (status?.desiredNumberScheduled ?? 0) > 0)
        .map(({ status }) => ({
          problem: `kube-proxy runs on ${status?.desiredNumberScheduled} nodes, and kube-proxy-replacement is true in cilium-config`,
        }));
    },
  }),
  clusterRule({
    id: "rollout-unfinished",
    title: "agents that do not have the present configuration",
    why: "An agent reads its configuration when it starts.",
    remedy: `Wait for the rollout: \`kubectl -n kube-system rollout status ds/cilium\`. If it stands still, ${restartAgents}.`,
    source: "https://docs.cilium.io/en/stable/configuration/",
    run: (facts) => {
      const { status, metadata } = agentDaemonSet(facts) ?? {};
      const { desiredNumberScheduled: desired = 0, updatedNumberScheduled: updated = 0, observedGeneration } = status ?? {};
      if (desired === 0 || (updated >= desired && observedGeneration === metadata?.generation)) return [];
      if (observedGeneration !== metadata?.generation)
        return [{ problem: "Kubernetes has not looked at the changed DaemonSet cilium yet" }];
      return [{ problem: `${updated} of ${desired} agents have the present configuration` }];
    },
  }),
  clusterRule({
    id: "object-missing",
    title: "objects of the manifest that the cluster does not have",
    why: "The cluster was not synced with the manifest, or something deleted them.",
    remedy: "Apply the manifest again, or sync Talos with the machine config (output syncCommand).",
    source: "docs/upgrading.md",
    run: (facts) => {
      if (facts.manifest === undefined) return [];
      const installed = installedByName(facts);
      const missing = expectedObjects(facts)
        .map(nameOf)
        .filter((name) => !installed.has(name));
      return causeIf(missing.length > 0, `missing: ${missing.join(", ")}`);
    },
  }),
  clusterRule({
    id: "object-changed",
    title: "objects that differ from the manifest",
    why: "The stack exported something else than what runs: another owner changed it, or the change was never applied. Talos never changes objects that exist.",
    remedy: `Apply the manifest again, or sync Talos with the machine config (output syncCommand). Then ${restartAgents}.`,
    source: "docs/upgrading.md",
    run: (facts) => {
      if (facts.manifest === undefined) return [];
      const installed = installedByName(facts);
      return expectedObjects(facts).flatMap((expected) => {
        const fields = changedFields(expected, installed.get(nameOf(expected)));
        return causeIf(fields.length > 0, `${nameOf(expected)}: ${shorten(fields)}`);
      });
    },
  }),
];

/** The objects that the cluster is compared with, if there is a manifest. Secrets are never read. */
function expectedObjects({ manifest = [] }: Facts): readonly KubernetesObject[] {
  return manifest.filter(({ kind }) => kind !== "Secret");
}

function installedByName({ installed }: Facts): ReadonlyMap<string, KubernetesObject> {
  return new Map(read(installed, "the objects of the manifest").map((object) => [nameOf(object), object]));
}

/** The fields of an object that the cluster has with another value. Ignores fields that the API server adds. */
function changedFields(expected: KubernetesObject, installed: KubernetesObject | undefined): readonly string[] {
  if (installed === undefined) return [];
  return changesInCluster(expected, installed).map(({ path, before, after }) => {
    // Only images are printed: another value may be secret.
    const isImage = path.endsWith(".image") && typeof before === "string" && typeof after === "string";
    return isImage ? `${path} is ${withoutDigest(after)} instead of ${withoutDigest(before)}` : path;
  });
}

function withoutDigest(image: string): string {
  return image.replace(/@.*$/, "");
}

function shorten(fields: readonly string[]): string {
  const first = fields.slice(0, 5).join(", ");
  return fields.length > 5 ? `${first} and ${fields.length - 5} more fields` : first;
}

// docs/hand-off.md, "From the machine config to Flux or Argo CD", in its order: Talos' own code syncs Cilium and forgets it, then Helm takes the objects
// over, or a server-side apply as that of Argo CD. Flux and Argo CD themselves do not run here.
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { run } from "../../tools/childProcess.mjs";
import { devStack } from "../fixtures/devStack.ts";
import { hubble, variants } from "../fixtures/variants.ts";
import { cacheRenderings } from "../harness/cachedRenderings.ts";
import { chart } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { codeBlocks } from "../harness/codeBlocks.ts";
import { handed, planFor, renderHanded } from "../harness/handOff.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";
import { forgetCilium, syncManifests, talosOwnManifest } from "../harness/talosSync.ts";

cacheRenderings();

const helm3Folder = process.env["HELM3"] ?? assert.fail("HELM3 is not set; start this file with npm test");
const commands = codeBlocks("docs/hand-off.md", "bash").join("\n").replaceAll("\\\n", " ").split("\n");
/** The words of the command in docs/hand-off.md that begins so, after these words. */
const documented = (start: string) => {
  const command = commands.find((line) => line.startsWith(start)) ?? assert.fail(`docs/hand-off.md has no command ${start}`);
  return command.slice(start.length).trim().split(/\s+/);
};

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.start();
  cluster.apply(readGatewayApiCrds("v1.4.1"), "talos");
});
afterEach(() => cluster.stop());

/** Starts Helm for a tool with the values in its files. */
function helm(program: string, action: readonly string[], args: TalosCiliumCniArgs): void {
  const { values, release, version, namespace } = handed("flux", args);
  const where = [release, chart(version).path, "--kubeconfig", cluster.kubeconfig, "--namespace", namespace];
  run(program, [...action, ...where, "--values", "-"], { input: values });
}

function helmAlone(args: TalosCiliumCniArgs): void {
  const options = documented("helm upgrade --install cilium cilium").filter((word) => /^--(?:take|force)-/.test(word));
  assert.equal(options.length, 2);
  helm("helm", ["upgrade", "--install", ...options], args);
}

/** Starts the documented kubectl command for the objects of the manifest. */
function kubectl(start: string, args: TalosCiliumCniArgs): string {
  const words = documented(start).map((word) => (word.startsWith("manifests/cilium-cni-") ? "-" : word));
  const { ok, output } = cluster.kubectl([...start.split(" ").slice(1), ...words], planFor(args).manifest.yaml);
  assert(ok, output);
  return output;
}

/** Applies what Argo CD renders as it does with ServerSideApply=true, with its label and its annotation. */
function argocd(args: TalosCiliumCniArgs): void {
  const { besides, kubeVersion = "", ...rendering } = handed("argocd", args);
  const objects = renderHanded(rendering, ["--kube-version", kubeVersion]).map((object) => {
    const { labels, annotations } = object.metadata as { labels?: object; annotations?: object };
    const id = `cilium:${object.kind}:${object.metadata.namespace ?? ""}/${object.metadata.name}`;
    const tracking = {
      labels: { ...labels, "app.kubernetes.io/instance": "cilium" },
      annotations: { ...annotations, "argocd.argoproj.io/tracking-id": id },
    };
    return { ...object, metadata: { ...object.metadata, ...tracking } };
  });
  const stream = [...besides, ...objects].map((object) => `---\n${JSON.stringify(object)}\n`).join("");
  cluster.apply(stream, "argocd-controller");
}

type Action = (args: TalosCiliumCniArgs) => void;
interface Owner {
  readonly takesOver: Action;
  readonly updates: Action;
}

const owners: Readonly<Record<string, Owner>> = {
  // What helm-controller passes to Helm, from its source.
  "Flux with Helm 4": {
    takesOver: (args) => {
      helm("helm", ["install", "--take-ownership", "--force-conflicts", "--wait"], args);
    },
    updates: (args) => {
      helm("helm", ["upgrade", "--force-conflicts"], args);
    },
  },
  "Flux with Helm 3": {
    takesOver: (args) => {
      helm(join(helm3Folder, "helm"), ["install", "--take-ownership", "--wait"], args);
    },
    updates: (args) => {
      helm(join(helm3Folder, "helm"), ["upgrade"], args);
    },
  },
  "an older Flux, which finds the annotations of Helm": {
    takesOver: (args) => {
      kubectl("kubectl annotate", args);
      kubectl("kubectl label", args);
      helm(join(helm3Folder, "helm"), ["install", "--wait"], args);
    },
    updates: (args) => {
      helm(join(helm3Folder, "helm"), ["upgrade"], args);
    },
  },
  // The options that docs/hand-off.md gives to Helm 4.
  "Helm alone": { takesOver: helmAlone, updates: helmAlone },
  "Argo CD": { takesOver: argocd, updates: argocd },
};

/** Each object with its UID and content, and the UIDs of the pods. An object that is created anew has another UID, and a restart makes other pods. */
function snapshot(args: TalosCiliumCniArgs) {
  const { manifest, loadBalancer } = planFor(args);
  const read = (words: readonly string[], input?: string) => {
    const { ok, output } = cluster.kubectl(["get", "--output", "json", ...words], input);
    assert(ok, output);
    return (JSON.parse(output) as { items: readonly KubernetesObject[] }).items;
  };
  const objects = read(["--filename", "-"], manifest.yaml + (loadBalancer?.yaml ?? ""));
  assert.equal(objects.length, manifest.entries.length + (loadBalancer?.entries.length ?? 0));
  const pods = read(["pods", "--all-namespaces"]);
  assert.equal(pods.length, 3);
  return {
    uids: Object.fromEntries(objects.map((object) => [nameOf(object), object.metadata["uid"]])),
    contents: objects.map(({ metadata: _, status: __, ...content }) => content),
    pods: pods.map(({ metadata: { name, uid } }) => [name, uid]),
  };
}

const nativeRange = () =>
  (cluster.get("configmap", "cilium-config", "kube-system")?.["data"] as Record<string, string>)["ipv4-native-routing-cidr"];

for (const [title, { takesOver, updates }] of Object.entries(owners)) {
  test(`${title}: the hand-off recreates no object and restarts no pod, and Talos deletes nothing afterwards`, async () => {
    const args = devStack;
    const { manifest, loadBalancer } = planFor(args);
    const pools = loadBalancer?.yaml ?? assert.fail("there are no pools");
    cluster.startNodes("one");
    syncManifests(cluster, talosOwnManifest + manifest.yaml);
    await cluster.startOperator();
    const isReady = () => {
      const kind = "ciliuml2announcementpolicies.cilium.io";
      const status = cluster.get("daemonset", "cilium", "kube-system")?.["status"] as { numberReady?: number } | undefined;
      return (
        status?.numberReady === 1 && cluster.kubectl(["wait", "--for=condition=Established", `crd/${kind}`, "--timeout=1s"]).ok
      );
    };
    await eventually(isReady, "Cilium is not ready");
    syncManifests(cluster, talosOwnManifest + manifest.yaml + pools);
    const before = snapshot(args);

    // Step 1.
    assert.equal(kubectl("kubectl diff", args), "");
    // Step 2: the machine config does not have the manifests any more. Nothing happens until the next sync.
    forgetCilium(cluster);
    assert.deepEqual(syncManifests(cluster, talosOwnManifest), { unchanged: 1 });
    assert.deepEqual(snapshot(args), before);
    // Steps 3 and 4.
    takesOver(args);
    assert.deepEqual(snapshot(args), before);
    // Step 5.
    cluster.apply(pools, title === "Argo CD" ? "argocd-controller" : "kustomize-controller");
    assert.deepEqual(snapshot(args), before);
    assert.deepEqual(syncManifests(cluster, talosOwnManifest), { unchanged: 1 });
    assert.deepEqual(snapshot(args), before);

    // The new owner can change what Talos owned too.
    const changed = { ...args, podCidr: "10.42.0.0/16" };
    updates(changed);
    assert.equal(nativeRange(), "10.42.0.0/16");
    assert.deepEqual(snapshot(changed).uids, before.uids);
    assert.deepEqual(syncManifests(cluster, talosOwnManifest), { unchanged: 1 });
    assert.equal(nativeRange(), "10.42.0.0/16");
  });
}

test("without --force-conflicts, Helm 4 does not take over what Talos applied", () => {
  syncManifests(cluster, talosOwnManifest + planFor(devStack).manifest.yaml);
  assert.throws(() => {
    helm("helm", ["upgrade", "--install", "--take-ownership"], devStack);
  }, /conflicts? with "talos"/);
});

const namespaces = {
  kube: { ...devStack, hubble, values: { clustermesh: variants["much of the rest"]?.values?.["clustermesh"] as object } },
  "much of the rest": variants["much of the rest"],
  network: { ...devStack, namespace: "network", hubble },
};
for (const [title, args = {}] of Object.entries(namespaces)) {
  test(`${title}: after the step of docs/hand-off.md, Talos' sync deletes none of Cilium's objects`, () => {
    const { manifest } = planFor(args);
    syncManifests(cluster, talosOwnManifest + manifest.yaml);
    forgetCilium(cluster, args.namespace === "network" ? "network" : undefined);
    assert.deepEqual(syncManifests(cluster, talosOwnManifest), { unchanged: 1 });
    const { ok, output } = cluster.kubectl(["get", "--filename", "-", "--output", "name"], manifest.yaml);
    assert(ok, output);
  });
}

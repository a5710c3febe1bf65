import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { type SyncJob, syncLimits, syncManifests } from "../../../components/talos/sync.ts";
import { FakeApiServer } from "../../harness/apiServer.ts";
import { eventually } from "../../harness/cluster.ts";
import { type Answer, FakeTalosctl } from "../../harness/fakeTalosctl.ts";

const shortLimits = { machines: 300, config: 300, rollout: 300, pause: 20 };
Object.assign(syncLimits, shortLimits);

const daemonSet = { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "cilium", namespace: "kube-system" } };
const secretObject = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "cilium-ca", namespace: "kube-system" },
  data: { "ca.key": "dGhlLWtleS1vZi10aGUtY2E=" },
};
const rolledOut = {
  kind: "DaemonSet",
  metadata: { generation: 1 },
  spec: {},
  status: { observedGeneration: 1, desiredNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1 },
};
const job: SyncJob = {
  controlPlanes: [{ node: "10.0.0.1" }, { node: "10.0.0.2", endpoint: "10.0.0.9" }],
  credentials: { caCertificate: "ca", clientCertificate: "certificate", clientKey: "key-of-admin" },
  kubernetesVersion: "1.34.2",
  objects: [daemonSet, secretObject],
  urls: ["https://example.com/crds.yaml"],
  secretObjects: new Set(["Secret kube-system/cilium-ca"]),
  secrets: ["the-key-of-the-ca"],
};

/** Manifests as `talosctl get manifests --output json` prints them. */
const manifests = (...specs: readonly (readonly [id: string, spec: readonly object[] | null])[]) =>
  specs.map(([id, spec]) => `${JSON.stringify({ node: "10.0.0.1", metadata: { id }, spec }, null, 4)}\n`).join("");
const current = manifests(
  ["00-talos", [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }]],
  ["05-https://example.com/crds.yaml", null],
  ["99-cilium", [daemonSet, secretObject]],
);
const dryRunOf = (...lines: readonly string[]) => `updating manifests (dry run)\n${lines.map((line) => ` < ${line}\n`).join("")}`;
const change = dryRunOf("configured DaemonSet/kube-system/cilium", "configured Secret/kube-system/cilium-ca").replace(
  /$/,
  "--- a\n+  ca.key: dGhlLWtleS1vZi10aGUtY2E=\n",
);

let api: FakeApiServer;
let talosctl: FakeTalosctl;
let lines: string[];
const good = (): Record<string, Answer> => ({
  version: "Talos v1.13.9\n",
  service: "NODE     10.0.0.1\nID       etcd\nSTATE    Running\nHEALTH   OK\n",
  kubeconfig: api.kubeconfig(),
  get: current,
  "dry-run": change,
  "upgrade-k8s": "done\n",
});
beforeEach(async () => {
  api = await FakeApiServer.start({
    "/version": { gitVersion: "v1.34.2" },
    "/apis/apps/v1/namespaces/kube-system/daemonsets/cilium": rolledOut,
  });
  talosctl = new FakeTalosctl(good());
  lines = [];
});
afterEach(() => {
  api.stop();
  talosctl.remove();
});

const sync = (more: Partial<SyncJob> = {}) => syncManifests({ ...job, ...more }, (line) => lines.push(line));
const upgrades = () => talosctl.calls().filter(({ args }) => args[0] === "upgrade-k8s");
const realUpgrades = () => upgrades().filter(({ args }) => !args.includes("--dry-run"));

test("the changes are shown, then synced, and nothing secret is shown", async () => {
  await sync();
  const [dryRun, real, ...others] = upgrades();
  assert.deepEqual(others, []);
  const optionsOf = (args: readonly string[] = []) => args.slice(0, args.indexOf("--talosconfig"));
  assert.deepEqual(optionsOf(dryRun?.args), [...optionsOf(real?.args), "--dry-run"]);
  const text = optionsOf(real?.args).join(" ");
  assert.match(text, /^upgrade-k8s --from 1\.34\.2 --to 1\.34\.2 --upgrade-kubelet=false --pre-pull-images=false /);
  assert.match(lines.join("\n"), /configured DaemonSet kube-system\/cilium\n/);
  assert.match(lines.join("\n"), /configured Secret kube-system\/cilium-ca \(contents hidden\)/);
  assert.doesNotMatch(lines.join("\n"), /dGhl|the-key|key-of-admin/);
});

test("nothing is synced if nothing differs, but the pods are waited for", async () => {
  talosctl.answer({ ...good(), "dry-run": dryRunOf("unchanged DaemonSet/kube-system/cilium") });
  await sync();
  assert.deepEqual(realUpgrades(), []);
  api.answers["/apis/apps/v1/namespaces/kube-system/daemonsets/cilium"] = { ...rolledOut, status: {} };
  await assert.rejects(
    sync(),
    /Talos has synced, but after .* DaemonSet kube-system\/cilium: its controller .* run `pulumi up` again/,
  );
});

const refusals: Readonly<Record<string, readonly [answers: Record<string, Answer>, message: RegExp]>> = {
  "another version of a component": [
    { "dry-run": ` > update kube-scheduler: v1.33.1 -> 1.34.2\n${change}` },
    /also change kube-scheduler: v1\.33\.1 -> 1\.34\.2; .*syncCommand/,
  ],
  "the end of Cilium": [
    { "dry-run": dryRunOf("Pruned DaemonSet/kube-system/cilium", "Pruned ConfigMap/kube-system/a") },
    /would delete DaemonSet kube-system\/cilium, and what depends on it; read docs\/hand-off\.md/,
  ],
  "words that nobody knows": [
    { "dry-run": "nothing\n" },
    /does not say what it would do; install the talosctl of your machines' release/,
  ],
  "a dry run that fails": [
    { "dry-run": { failure: "no matches for kind" } },
    /^talosctl upgrade-k8s to 10\.0\.0\.1: no matches for kind;/,
  ],
  "manifests from before": [
    { get: manifests(["05-https://example.com/crds.yaml", null], ["99-cilium", [{ ...daemonSet, spec: {} }, secretObject]]) },
    /^10\.0\.0\.1 does not use the machine config of this stack yet: DaemonSet kube-system\/cilium differ\. .*reboot/,
  ],
  "no manifests": [
    { get: "" },
    /: DaemonSet kube-system\/cilium, Secret kube-system\/cilium-ca, https:\/\/example\.com\/crds\.yaml differ/,
  ],
  "an old talosctl": [{ version: "Talos v1.11.0\n" }, /another talosctl than 1\.11\.0/],
  "a machine that does not answer": [
    { service: { failure: "connection refused" } },
    /no control plane has an etcd that runs \(10\.0\.0\.1: talosctl service to 10\.0\.0\.1: connection refused; 10\.0\.0\.2: .*/,
  ],
  "an etcd that failed": [{ service: "STATE    Failed\n" }, /\(10\.0\.0\.1: Failed; 10\.0\.0\.2: Failed\), so Talos cannot sync/],
};
for (const [what, [answers, message]] of Object.entries(refusals)) {
  test(`${what} ends with one error that says how to go on, before anything is changed`, async () => {
    talosctl.answer({ ...good(), ...answers });
    await assert.rejects(sync(), (error: Error) => {
      assert.match(error.message, message);
      assert.match(error.message, /; correct that and run `pulumi up` again: it goes on from here$/);
      return true;
    });
    assert.deepEqual(realUpgrades(), []);
  });
}

test("another Kubernetes version than the one that runs is refused", async () => {
  for (const version of ["1.34.1", "1.34.3", "1.35.2"])
    await assert.rejects(
      sync({ kubernetesVersion: version }),
      /is 1\.\S+, and the cluster runs 1\.34\.2\. .* set kubernetesVersion to 1\.34\.2/,
    );
  assert.deepEqual(upgrades(), []);
});

test("a failed sync has no secret in its error", async () => {
  talosctl.answer({ ...good(), "upgrade-k8s": { failure: 'Secret is invalid: "the-key-of-the-ca", dGhlLWtleS1vZi10aGUtY2E=' } });
  await assert.rejects(sync(), ({ message }: Error) => message.includes('invalid: "[secret]", [secret]'));
});

test("a config that the machine uses a little later is waited for", async () => {
  talosctl.answer({ ...good(), get: "" });
  // However slow this machine is, the config comes in time.
  syncLimits.config = 30_000;
  const running = sync();
  try {
    await eventually(() => talosctl.calls().some(({ args }) => args.includes("get")), "the sync does not read the config");
    talosctl.answer(good());
    await running;
  } finally {
    Object.assign(syncLimits, shortLimits);
  }
  assert.equal(realUpgrades().length, 1);
});

test("before a cluster is bootstrapped, there is nothing to sync", async () => {
  talosctl.answer({ ...good(), service: "STATE    Preparing\n" });
  await sync();
  assert.deepEqual(upgrades(), []);
  assert.match(lines.join("\n"), /not bootstrapped yet/);
});

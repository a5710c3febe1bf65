import assert from "node:assert/strict";
import { test } from "node:test";
import { describeChanges, readDryRun, vitalDeletions } from "../../../components/talos/dryRun.ts";

const progress =
  'discovered controlplane nodes ["10.0.0.1"]\nupdating "kube-apiserver" to version "1.34.2"\n > "10.0.0.1": starting update\n';
const read = (output: string) => readDryRun(output) ?? assert.fail("it was not read");
const changed = (name: string, ...lines: readonly string[]) =>
  ` < configured ${name}\n--- a/${name}\n+++ b/${name}\n${lines.join("\n")}\n`;
const nobody = new Set<string>();

test("a dry run of server-side apply is read: each object with its action and its changed lines", () => {
  const { changes, upgrades } = read(
    `${progress}updating manifests (dry run)\n < Pruned DaemonSet/kube-system/hubble\n--- a\n-  x\n < created ClusterRole/cilium\n+ y\n${changed(
      "ConfigMap/kube-system/cilium-config",
      "-  a: 1",
      "+  a: 2",
    )} < unchanged Service/kube-system/kube-dns\n`,
  );
  assert.deepEqual(
    changes.map(({ action, name }) => `${action} ${name}`),
    [
      "deleted DaemonSet kube-system/hubble",
      "created ClusterRole cilium",
      "configured ConfigMap kube-system/cilium-config",
      "unchanged Service kube-system/kube-dns",
    ],
  );
  assert.match(changes[2]?.diff ?? "", /-  a: 1\n\+  a: 2$/);
  assert.deepEqual(upgrades, []);
});

test("a dry run against Talos 1.12 is read", () => {
  const { changes } = read(
    `${progress}updating manifests\n > processing manifest v1.ConfigMap/kube-system/cilium-config\n--- a\n+++ b\n+  a: 2\n < dry run, change skipped\n` +
      " > processing manifest apps/v1.DaemonSet/kube-system/cilium\n < no changes\n",
  );
  assert.deepEqual(
    changes.map(({ action, name }) => `${action} ${name}`),
    ["configured ConfigMap kube-system/cilium-config", "unchanged DaemonSet kube-system/cilium"],
  );
  assert.match(changes[0]?.diff ?? "", /a: 2/);
});

test("a component that would get another version or image is named", () => {
  const output = `${progress} > update kube-apiserver: v1.34.2 -> 1.35.0\n > skipped in dry-run\nupdating manifests (dry run)\n`;
  assert.deepEqual(read(output).upgrades, ["kube-apiserver: v1.34.2 -> 1.35.0"]);
});

test("an output without a sync is not a dry run", () => {
  for (const output of ["", progress, "some other words\n"]) assert.equal(readDryRun(output), undefined);
});

test("changed lines are shown, but never those of a secret object or of a private key", () => {
  const secret = "c2VjcmV0LXZhbHVl";
  const objects: Readonly<Record<string, readonly string[]>> = {
    "Secret/kube-system/cilium-ca": [`-  ca.key: ${secret}`],
    "ConfigMap/kube-system/own": [`+  password: ${secret}`],
    "ConfigMap/kube-system/key": ["-----BEGIN EC PRIVATE KEY-----", secret],
    "ConfigMap/kube-system/encoded": [Buffer.from("-----BEGIN PRIVATE KEY-----").toString("base64"), secret],
  };
  const secretObjects = new Set(["ConfigMap kube-system/own"]);
  for (const [name, lines] of Object.entries(objects)) {
    const text = describeChanges(read(`updating manifests (dry run)\n${changed(name, ...lines)}`), secretObjects);
    assert.equal(text, `configured ${name.replace("/", " ")} (contents hidden)`);
  }
  // The whole content of an object that comes or goes is not a change of lines.
  for (const action of ["created", "Pruned"]) {
    const text = describeChanges(read(`updating manifests (dry run)\n < ${action} Secret/kube-system/a\n+ ${secret}\n`), nobody);
    assert(!text.includes(secret), text);
  }
  const text = describeChanges(read(`updating manifests (dry run)\n${changed("ConfigMap/a/b", "+  c: d")}`), nobody);
  assert.match(text, /^configured ConfigMap a\/b\n[^]*\+ {2}c: d$/);
});

test("deleting the agent, the operator, their config, a CRD or a namespace is vital, in any namespace; anything else is not", () => {
  const vital = [
    "DaemonSet/kube-system/cilium",
    "DaemonSet/cilium/cilium",
    "Deployment/kube-system/cilium-operator",
    "ConfigMap/cilium/cilium-config",
    "CustomResourceDefinition/ciliumnodes.cilium.io",
    "CustomResourceDefinition/gateways.gateway.networking.k8s.io",
    "Namespace/cilium",
  ];
  const others = [
    "Deployment/kube-system/hubble-relay",
    "DaemonSet/kube-system/cilium-envoy",
    "DaemonSet/kube-system/kube-proxy",
    "CiliumLoadBalancerIPPool/pool",
    "ConfigMap/kube-system/cilium-config-extra",
    "ClusterRole/cilium",
  ];
  const outputOf = (action: string) =>
    `updating manifests (dry run)\n${[...vital, ...others].map((name) => ` < ${action} ${name}\n`).join("")}`;
  assert.deepEqual(
    vitalDeletions(read(outputOf("Pruned"))),
    vital.map((name) => name.replace("/", " ")),
  );
  for (const action of ["created", "configured", "unchanged"]) assert.deepEqual(vitalDeletions(read(outputOf(action))), []);
});

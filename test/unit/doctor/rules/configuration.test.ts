import assert from "node:assert/strict";
import { test } from "node:test";
import { examine } from "../../../../components/doctor/examine.ts";
import { configurationRules } from "../../../../components/doctor/rules/configuration.ts";
import { agents, factsWith } from "../../../fixtures/healthyFacts.ts";
import { testRules } from "../../../harness/ruleExamples.ts";

const kubeProxy = (desiredNumberScheduled: number) => ({
  metadata: { name: "kube-proxy", namespace: "kube-system" },
  status: { desiredNumberScheduled },
});
const object = (kind: string, data: object) => ({ apiVersion: "v1", kind, metadata: { name: "a", namespace: "b" }, ...data });
const settings = (data: object) => object("ConfigMap", { data });
const workload = (image: string) => object("DaemonSet", { spec: { template: { spec: { containers: [{ name: "c", image }] } } } });

testRules(configurationRules, {
  "kube-proxy-left": [
    [
      factsWith({ daemonSets: [agents("1.19.6"), kubeProxy(3)] }),
      /kube-proxy runs on 3 nodes, and kube-proxy-replacement is true/,
    ],
  ],
  "rollout-unfinished": [
    [
      factsWith({
        daemonSets: [agents("1.19.6", { desiredNumberScheduled: 3, updatedNumberScheduled: 1, observedGeneration: 1 })],
      }),
      /1 of 3 agents have the present configuration/,
    ],
    [
      factsWith({
        daemonSets: [agents("1.19.6", { desiredNumberScheduled: 2, updatedNumberScheduled: 2, observedGeneration: 0 })],
      }),
      /^Kubernetes has not looked at the changed DaemonSet cilium yet$/,
    ],
  ],
  "object-missing": [
    [
      factsWith({}, { manifest: [settings({}), object("Role", {})], installed: { read: [settings({})] } }),
      /^missing: Role b\/a$/,
    ],
  ],
  "object-changed": [
    [
      factsWith({}, { manifest: [settings({ mode: "native", more: "1" })], installed: { read: [settings({ mode: "tunnel" })] } }),
      /^ConfigMap b\/a: data\.mode, data\.more$/,
    ],
    [
      factsWith({}, { manifest: [workload("q/c:v1.19.6@sha256:1")], installed: { read: [workload("q/c:v1.18.4@sha256:2")] } }),
      /containers\[c\]\.image is q\/c:v1\.18\.4 instead of q\/c:v1\.19\.6$/,
    ],
  ],
});

test("kube-proxy without a node is none", () => {
  assert.deepEqual(examine(factsWith({ daemonSets: [agents("1.19.6"), kubeProxy(0)] })).findings, []);
});

test("Secrets are not compared, and no value of an object is printed", () => {
  const [secret, other] = [object("Secret", { data: { key: "c2VjcmV0" } }), object("Secret", { data: {} })];
  assert.deepEqual(examine(factsWith({}, { manifest: [secret], installed: { read: [other] } })).findings, []);
  const facts = factsWith(
    {},
    { manifest: [settings({ password: "hunter2" })], installed: { read: [settings({ password: "hunter3" })] } },
  );
  assert.doesNotMatch(JSON.stringify(examine(facts)), /hunter/);
});

test("without a manifest, nothing is compared", () => {
  assert.deepEqual(examine(factsWith({}, { installed: { unread: "forbidden" } })).notLookedAt, []);
  const { notLookedAt } = examine(factsWith({}, { manifest: [settings({})], installed: { unread: "forbidden" } }));
  assert.deepEqual([...new Set(notLookedAt.map(({ reason }) => reason))], ["the objects of the manifest: forbidden"]);
});

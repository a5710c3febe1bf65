import assert from "node:assert/strict";
import { test } from "node:test";
import * as cluster from "../../../components/doctor/cluster.ts";
import { UnreadError } from "../../../components/doctor/facts.ts";
import { agentLabels, factsWith, lease, node, pod, ready, service, webLease } from "../../fixtures/healthyFacts.ts";

test("settings come from cilium-config, and without it they are unknown", () => {
  assert.equal(cluster.isOn(factsWith(), "enable-l2-announcements"), true);
  assert.equal(cluster.isOn(factsWith(), "enable-bgp-control-plane"), false);
  assert.throws(() => cluster.isOn(factsWith({ configMaps: [] }), "enable-l2-announcements"), UnreadError);
});

test("the release is that of the agents, and of no other DaemonSet", () => {
  assert.equal(cluster.ciliumRelease(factsWith()), "1.19.6");
  assert.equal(cluster.ciliumRelease(factsWith({ daemonSets: [] })), undefined);
  const other = { metadata: { name: "cilium", namespace: "elsewhere" } };
  assert.equal(cluster.agentDaemonSet(factsWith({ daemonSets: [other] })), undefined);
});

test("pods of the agent and the operator, and their state", () => {
  assert.equal(cluster.ciliumPods(factsWith(), "agent").length, 2);
  assert.equal(cluster.ciliumPods(factsWith(), "operator").length, 1);
  assert.equal(cluster.isReady(pod("a", "b", agentLabels)), true);
  const ending = { ...pod("a", "b", agentLabels), metadata: { name: "a", deletionTimestamp: "2026-01-01T00:00:00Z" } };
  assert.equal(cluster.isReady(ending), false);
  assert.equal(cluster.stateOf(pod("a", "b", agentLabels, ready("False"))), "it is Running and not ready");
  assert.equal(cluster.stateOf({ metadata: { name: "a" } }), "it is not ready");
});

test("a Service is selected by its labels, its name and its namespace", () => {
  assert.deepEqual(cluster.selectableLabels(service()), {
    app: "web",
    "io.kubernetes.service.name": "web",
    "io.kubernetes.service.namespace": "default",
  });
  assert.deepEqual(cluster.addressesOf(service()), ["192.168.1.200"]);
  assert.deepEqual(cluster.addressesOf(service({}, { status: {} })), []);
});

test("nodes are those that Cilium knows, and without any those of Kubernetes", () => {
  assert.deepEqual([...cluster.labelledNodes(factsWith({ ciliumNodes: [node("a")] })).keys()], ["a"]);
  assert.deepEqual([...cluster.labelledNodes(factsWith({ ciliumNodes: [] })).keys()], ["node-1", "node-2"]);
});

test("a lease is judged by the clock of the API server", () => {
  const facts = factsWith();
  assert.equal(cluster.secondsSinceRenewal(facts, webLease("a", 7)), 7);
  assert.equal(cluster.isExpired(facts, webLease("a", 24)), false);
  assert.equal(cluster.isExpired(facts, webLease("a", 26)), true);
  // The clock of a node may be ahead.
  assert.equal(cluster.isExpired(facts, webLease("a", -3600)), false);
  assert.equal(cluster.isExpired(facts, { metadata: { name: "never" }, spec: { holderIdentity: "a" } }), true);
  assert.equal(cluster.announcementLease(facts, service())?.spec?.holderIdentity, "node-1");
  assert.equal(cluster.announcementLease(factsWith({ leases: [lease("other", "a")] }), service()), undefined);
});

test("devices and errors are unknown if the agent or the log could not be read", () => {
  assert.deepEqual(cluster.devicesOf(factsWith(), "node-1"), ["enp3s0"]);
  assert.throws(() => cluster.devicesOf(factsWith(), "node-3"), UnreadError);
  const facts = factsWith(
    {},
    { logs: { a: { read: 'time=1 level=info msg=a\npanic: b\n{"level":"fatal"}\nlevel=warn msg=c' } } },
  );
  assert.deepEqual(cluster.lastErrors(facts, { metadata: { name: "a" } }), ['{"level":"fatal"}', "panic: b"]);
  assert.throws(() => cluster.lastErrors(facts, { metadata: { name: "b" } }), UnreadError);
});

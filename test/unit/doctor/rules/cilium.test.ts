import assert from "node:assert/strict";
import { test } from "node:test";
import { examine } from "../../../../components/doctor/examine.ts";
import { ciliumRules } from "../../../../components/doctor/rules/cilium.ts";
import {
  agentLabels,
  agents,
  config,
  factsWith,
  node,
  operatorLabels,
  operatorLease,
  pod,
  ready,
  webLease,
} from "../../../fixtures/healthyFacts.ts";
import { testRules } from "../../../harness/ruleExamples.ts";

const operator = pod("operator-1", "node-1", operatorLabels);
const agent = pod("cilium-1", "node-1", agentLabels);
const crashing = {
  ...ready("False"),
  containerStatuses: [{ name: "cilium-agent", restartCount: 3, state: { waiting: { reason: "CrashLoopBackOff" } } }],
};
const refusedLog =
  'level=error msg="Unable to contact k8s api-server" error="Get \\"https://localhost:7445/api\\": dial tcp [::1]:7445: connect: connection refused"';
/** An agent that is not ready, with this log. */
const withAgentLog = (log: string) =>
  factsWith(
    { pods: [agent, pod("cilium-2", "node-2", agentLabels, crashing), operator] },
    { logs: { "cilium-2": { read: log } } },
  );
const services = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...webLease("node-1"),
    metadata: { name: `cilium-l2announce-default-${index}` },
  }));

testRules(ciliumRules, {
  "cilium-missing": [[factsWith({ daemonSets: [] }), /no DaemonSet cilium in the namespace kube-system/]],
  "kubeprism-unreachable": [
    [withAgentLog(refusedLog), /^pod kube-system\/cilium-2 on node-2: localhost:7445 refuses connections$/],
    [withAgentLog("dial tcp 127.0.0.1:7445: connect: connection refused"), /127\.0\.0\.1:7445/],
    [
      factsWith(
        { pods: [agent, pod("cilium-2", "node-2", agentLabels), pod("operator-1", "node-1", operatorLabels, ready("False"))] },
        { logs: { "operator-1": { read: refusedLog } } },
      ),
      /pod kube-system\/operator-1/,
    ],
  ],
  "agent-not-ready": [
    [withAgentLog(""), /pod kube-system\/cilium-2 on node-2: cilium-agent is waiting: CrashLoopBackOff$/],
    [
      withAgentLog('level=info msg=fine\nlevel=error msg=first\nlevel=fatal msg="bad value"\nlevel=info msg=end'),
      /its log ends with: level=fatal msg="bad value"$/,
    ],
    [factsWith({ nodes: [node("node-1"), node("node-2"), node("node-3")] }), /node node-3 has no pod of Cilium's agent/],
    [
      factsWith(
        {
          pods: [
            agent,
            operator,
            pod("cilium-2", "node-2", agentLabels, {
              phase: "Pending",
              conditions: [{ type: "PodScheduled", status: "False", message: "no room" }],
            }),
          ],
        },
        { logs: { "cilium-2": { unread: "it has not started" } } },
      ),
      /it is not scheduled: no room/,
    ],
  ],
  "operator-not-ready": [
    [
      factsWith({ pods: [agent, pod("cilium-2", "node-2", agentLabels)], leases: [webLease("node-1")] }),
      /no pod of Cilium's operator/,
    ],
    [
      factsWith(
        {
          pods: [agent, pod("cilium-2", "node-2", agentLabels), pod("operator-1", "node-1", operatorLabels, ready("False"))],
          leases: [operatorLease(90), webLease("node-1")],
        },
        { logs: { "operator-1": { read: "" } }, missingKinds: ["ipPools"] },
      ),
      /operator-1 on node-1: it is Running and not ready/,
    ],
  ],
  "operator-not-leading": [
    [factsWith({ leases: [operatorLease(90), webLease("node-1")] }), /operator-1 has not renewed .* for 90 s/],
    [factsWith({ leases: [webLease("node-1")] }), /no operator has the lease/],
    // The operator that holds the lease registers the kinds.
    [factsWith({ leases: [webLease("node-1")] }, { missingKinds: ["ipPools"] }), /no operator has the lease/],
  ],
  "kinds-missing": [[factsWith({}, { missingKinds: ["ipPools"] }), /does not know CiliumLoadBalancerIPPool/]],
  "request-limit": [
    [
      factsWith({ leases: [operatorLease(), webLease("node-1"), ...services(46)] }),
      /each agent sends 24 requests per second for 47 leases \(one each per 2s\), and its limit is 23/,
    ],
    [
      factsWith({
        daemonSets: [agents("1.18.4")],
        crds: [],
        configMaps: [config({ "k8s-client-qps": "10", "l2-announcements-retry-period": "200ms", "enable-gateway-api": "false" })],
        leases: [operatorLease(), webLease("node-1"), ...services(2)],
      }),
      /each agent sends 15 requests per second for 3 leases \(one each per 200ms\), and its limit is 10/,
    ],
  ],
});

test("a node with another operating system needs no agent", () => {
  const windows = { ...node("node-3"), metadata: { name: "node-3", labels: { "kubernetes.io/os": "windows" } } };
  assert.deepEqual(examine(factsWith({ nodes: [node("node-1"), node("node-2"), windows] })).findings, []);
});

test("leases without a holder, which agents leave of deleted Services, need no requests", () => {
  const held = [operatorLease(), webLease("node-1"), ...services(44)];
  for (const holderIdentity of ["", null, undefined]) {
    const released = Array.from({ length: 20 }, (_, index) => ({
      metadata: { name: `cilium-l2announce-default-deleted-${index}` },
      spec: holderIdentity === undefined ? {} : { holderIdentity },
    }));
    assert.deepEqual(examine(factsWith({ leases: [...held, ...released] })).findings, []);
  }
});

for (const [release, message] of [
  ["1.18", "Unable to determine direct routing device. Use --direct-routing-device to specify it"],
  ["1.19", "unable to determine direct routing device. Use --direct-routing-device to specify it"],
]) {
  test(`an agent of ${release} that finds no device gets the advice that helps, and not that of its log`, () => {
    const [finding] = examine(withAgentLog(`level=info msg=x\nlevel=fatal msg="${message}"`)).findings;
    assert.equal(finding?.rule, "agent-not-ready");
    assert.match(finding.remedy, /Leave the value devices out, or name the interface there/);
  });
}

test("an agent that ends for another reason gets the usual advice", () => {
  const [finding] = examine(withAgentLog('level=fatal msg="something else"')).findings;
  assert.match(finding?.remedy ?? "", /^The log says why/);
});

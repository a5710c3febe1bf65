import assert from "node:assert/strict";
import { test } from "node:test";
import { examine } from "../../../../components/doctor/examine.ts";
import { leaseRules } from "../../../../components/doctor/rules/leases.ts";
import {
  agentLabels,
  agents,
  factsWith,
  gatewayApiCrds,
  node,
  operatorLabels,
  operatorLease,
  pod,
  policy,
  ready,
  service,
  slice,
  webLease,
} from "../../../fixtures/healthyFacts.ts";
import { testRules } from "../../../harness/ruleExamples.ts";

const held = (holder: string, secondsAgo?: number) => [operatorLease(), webLease(holder, secondsAgo)];
const onNode2 = policy({ nodeSelector: { matchLabels: { "kubernetes.io/hostname": "node-2" } } });
const local = service({ externalTrafficPolicy: "Local" });

testRules(leaseRules, {
  "no-lease": [
    [factsWith({ leases: [operatorLease()] }), /there is no lease cilium-l2announce-default-web/],
    [factsWith({ leases: held("") }), /nobody holds the lease cilium-l2announce-default-web/],
  ],
  "lease-of-excluded-node": [[factsWith({ l2Policies: [onNode2] }), /node-1 holds the lease .*, and the policies select node-2/]],
  "lease-of-unknown-node": [
    [factsWith({ leases: held("node-9") }), /node-9 holds the lease .*, and there is no node of this name/],
  ],
  "lease-expired": [[factsWith({ leases: held("node-1", 60) }), /node-1 has not renewed the lease .* for 60 s/]],
  "lease-holder-not-ready": [
    [
      factsWith({ nodes: [node("node-1", ready("Unknown", "Kubelet stopped posting node status.")), node("node-2")] }),
      /node-1 announces default\/web, and it is not ready: Kubelet stopped posting node status\./,
    ],
  ],
  "local-traffic-policy": [
    [
      factsWith({ services: [local], endpointSlices: [slice([{ nodeName: "node-2" }])] }),
      /node-1 announces default\/web, whose ready pods run on node-2/,
    ],
    [
      factsWith({
        services: [local],
        endpointSlices: [slice([{ nodeName: "node-1", conditions: { ready: false } }, { nodeName: "node-2" }])],
      }),
      /whose ready pods run on node-2/,
    ],
  ],
});

test("Cilium 1.20.0 has a fault of its own, and the remedy names it", () => {
  const remedyWith = (release: string) =>
    examine(factsWith({ leases: [operatorLease()], daemonSets: [agents(release)], crds: gatewayApiCrds("v1.6.1") })).findings[0]
      ?.remedy ?? "";
  assert.match(remedyWith("1.20.0"), /use 1\.20\.1 or later/);
  assert.doesNotMatch(remedyWith("1.20.1"), /1\.20/);
});

test("with externalTrafficPolicy Local, a pod on the announcing node is enough", () => {
  assert.deepEqual(examine(factsWith({ services: [local] })).findings, []);
});

test("a lease is alive as long as its duration and the tolerance last", () => {
  for (const seconds of [0, 5, 15, 24]) assert.deepEqual(examine(factsWith({ leases: held("node-1", seconds) })).findings, []);
  for (const seconds of [26, 60, 3600])
    assert.equal(examine(factsWith({ leases: held("node-1", seconds) })).findings[0]?.rule, "lease-expired");
});

test("what follows from an agent that is not ready is not reported again", () => {
  const pods = [
    pod("cilium-1", "node-1", agentLabels, ready("False")),
    pod("cilium-2", "node-2", agentLabels),
    pod("operator-1", "node-1", operatorLabels),
  ];
  for (const leases of [held("node-1", 60), held("node-1"), [operatorLease()]]) {
    const { findings, services } = examine(factsWith({ pods, leases }, { logs: { "cilium-1": { read: "" } } }));
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ["agent-not-ready"],
    );
    assert.equal(services[0]?.steps.find(({ step }) => step === "L2 announcement")?.state, "broken");
  }
});

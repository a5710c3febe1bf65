import assert from "node:assert/strict";
import { test } from "node:test";
import { fitsInterface, policiesForService, policiesWithAddresses, policyNodes } from "../../../components/doctor/l2Policies.ts";
import { factsWith, policy, service } from "../../fixtures/healthyFacts.ts";

test("a policy selects Services and nodes by their labels, and all of them without a selector", () => {
  const facts = factsWith({ l2Policies: [policy(), policy({ serviceSelector: { matchLabels: { app: "other" } } })] });
  assert.equal(policiesForService({ facts, service: service() }).length, 1);
  assert.deepEqual(policyNodes(facts, policy()), ["node-1", "node-2"]);
  assert.deepEqual(policyNodes(facts, policy({ nodeSelector: { matchLabels: { "kubernetes.io/hostname": "node-2" } } })), [
    "node-2",
  ]);
});

test("only loadBalancerIPs: true announces addresses of pools", () => {
  for (const [spec, count] of [
    [{ loadBalancerIPs: true }, 1],
    [{ loadBalancerIPs: false }, 0],
    [{ loadBalancerIPs: false, externalIPs: true }, 0],
  ] as const)
    assert.equal(policiesWithAddresses({ facts: factsWith({ l2Policies: [policy(spec)] }), service: service() }).length, count);
});

test("interfaces are regular expressions that match anywhere in the name", () => {
  for (const [interfaces, device, expected] of [
    [undefined, "enp3s0", true],
    [[], "enp3s0", true],
    [["^eth"], "enp3s0", false],
    [["p3"], "enp3s0", true],
    [["^eth", "^enp[0-9]+s0$"], "enp3s0", true],
    [["("], "enp3s0", false],
  ] as const)
    assert.equal(
      fitsInterface(policy(interfaces === undefined ? {} : { interfaces }), device),
      expected,
      JSON.stringify(interfaces),
    );
});

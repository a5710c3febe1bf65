import assert from "node:assert/strict";
import { test } from "node:test";
import { l2PolicyObject } from "../../../../components/cilium/loadBalancer/l2Policies.ts";
import type { L2Policy } from "../../../../components/inputs/loadBalancerArgs.ts";

const specOf = (selection: object) => l2PolicyObject({ name: "lan", ...selection }, "cilium.io/v2alpha1")["spec"];

test("the name becomes the object's name, and everything else its spec", () => {
  const spec = {
    loadBalancerIPs: false,
    externalIPs: true,
    interfaces: ["^enp"],
    nodeSelector: { matchLabels: { a: "b" } },
    serviceSelector: { matchExpressions: [{ key: "team", operator: "Exists" }] },
  } satisfies Omit<L2Policy, "name">;
  assert.deepEqual(l2PolicyObject({ name: "lan", ...spec }, "cilium.io/v2alpha1"), {
    apiVersion: "cilium.io/v2alpha1",
    kind: "CiliumL2AnnouncementPolicy",
    metadata: { name: "lan" },
    spec,
  });
});

test("a policy announces the addresses of LoadBalancer Services by default, and external IPs only on request", () => {
  assert.deepEqual(specOf({}), { loadBalancerIPs: true });
  assert.deepEqual(specOf({ externalIPs: true }), { loadBalancerIPs: true, externalIPs: true });
  assert.deepEqual(specOf({ loadBalancerIPs: false, externalIPs: true }), { loadBalancerIPs: false, externalIPs: true });
});

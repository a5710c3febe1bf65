import assert from "node:assert/strict";
import { test } from "node:test";
import { examine } from "../../../../components/doctor/examine.ts";
import { backendRules } from "../../../../components/doctor/rules/backends.ts";
import { factsWith, service, slice } from "../../../fixtures/healthyFacts.ts";
import { testRules } from "../../../harness/ruleExamples.ts";

const gateway = service({}, { metadata: { name: "cilium-gateway-lan", namespace: "default" } });

testRules(backendRules.slice(1), {
  "no-pods": [
    [factsWith({ endpointSlices: [] }), /^default\/web has no endpoint: no pod has the labels app=web$/],
    [factsWith({ endpointSlices: [slice(null)] }), /no pod has the labels/],
    [
      factsWith({ endpointSlices: [slice([])], services: [service({ selector: {} })] }),
      /it has no selector and no EndpointSlice/,
    ],
  ],
  "no-ready-pods": [
    [
      factsWith({
        endpointSlices: [slice([{ nodeName: "node-1", conditions: { ready: false } }, { conditions: { ready: false } }])],
      }),
      /none of the 2 endpoints of default\/web is ready/,
    ],
  ],
});

test("a Service of another type is a finding if it is asked for by its name", () => {
  const facts = factsWith({ services: [service({ type: "NodePort" })] });
  assert.deepEqual(examine(facts).findings, []);
  for (const name of ["web", "default/web"]) assert.equal(examine(facts, name).findings[0]?.rule, "not-a-load-balancer");
  const withoutAddress = factsWith({
    services: [service({ type: "ClusterIP" }, { status: { loadBalancer: {} } })],
    ipPools: [],
    l2Policies: [],
  });
  const { findings, services } = examine(withoutAddress, "web");
  assert.deepEqual(
    findings.map(({ rule }) => rule),
    ["not-a-load-balancer"],
  );
  assert.deepEqual(
    services[0]?.steps.map(({ state }) => state),
    ["broken", "notReached", "notReached", "notReached", "notReached"],
  );
});

test("the Service of a Gateway needs no pods: Envoy takes its traffic", () => {
  const { services } = examine(factsWith({ services: [gateway], endpointSlices: [] }));
  assert.equal(services[0]?.steps.find(({ step }) => step === "Pods")?.state, "ok");
});

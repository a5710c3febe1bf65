import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointsOf, readyEndpoints } from "../../../components/doctor/endpoints.ts";
import { factsWith, service, slice } from "../../fixtures/healthyFacts.ts";

test("endpoints are those of the Service's own slices, and ready unless they say otherwise", () => {
  const foreign = {
    ...slice([{ nodeName: "foreign" }]),
    metadata: { name: "x", namespace: "other", labels: { "kubernetes.io/service-name": "web" } },
  };
  const slices = [
    slice([{ nodeName: "a" }, { nodeName: "b", conditions: { ready: false } }]),
    slice([{ nodeName: "c", conditions: { ready: null } }]),
    foreign,
  ];
  const subject = { facts: factsWith({ endpointSlices: slices }), service: service() };
  assert.deepEqual(
    endpointsOf(subject)?.map(({ nodeName }) => nodeName),
    ["a", "b", "c"],
  );
  assert.deepEqual(
    readyEndpoints(subject).map(({ nodeName }) => nodeName),
    ["a", "c"],
  );
});

test("the Services of Gateways and Ingresses have none that count", () => {
  for (const name of ["cilium-gateway-lan", "cilium-ingress"]) {
    const subject = { facts: factsWith(), service: service({}, { metadata: { name, namespace: "default" } }) };
    assert.equal(endpointsOf(subject), undefined);
    assert.deepEqual(readyEndpoints(subject), []);
  }
});

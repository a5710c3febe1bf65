import assert from "node:assert/strict";
import { test } from "node:test";
import { examine } from "../../../../components/doctor/examine.ts";
import { gatewayApiRules } from "../../../../components/doctor/rules/gatewayApi.ts";
import { ciliumMinors } from "../../../../components/versions/supported.ts";
import { agents, config, factsWith, gatewayApiCrds, gatewayClass } from "../../../fixtures/healthyFacts.ts";
import { testRules } from "../../../harness/ruleExamples.ts";

const gateway = (status: string, message = "", accepted = { status: "True", message: "accepted" }) => ({
  metadata: { name: "lan", namespace: "default" },
  spec: { gatewayClassName: "cilium" },
  status: {
    conditions: [
      { type: "Programmed", status, message },
      { type: "Accepted", ...accepted },
    ],
  },
});

testRules(gatewayApiRules, {
  "gateway-api-crds-missing": [
    [
      factsWith({ crds: gatewayApiCrds("v1.4.1", ["gateways", "httproutes"]) }),
      /missing: gatewayclasses\.gateway\.networking\.k8s\.io, grpc/,
    ],
    [factsWith({ crds: [], gatewayClasses: [] }, { missingKinds: ["gatewayClasses", "gateways"] }), /missing: gatewayclasses/],
  ],
  "gateway-api-crds-release": [
    [
      factsWith({ crds: gatewayApiCrds("v1.6.1") }),
      /of Gateway API v1\.6\.1, and Cilium 1\.19\.6 works with >=1\.2\.0 <1\.5\.0 \(v1\.4\.1\)/,
    ],
  ],
  "gateway-class-missing": [
    [factsWith({ gatewayClasses: [] }), /no GatewayClass has the controllerName io\.cilium\/gateway-controller/],
  ],
  "gateway-class-not-accepted": [
    [
      factsWith({ gatewayClasses: [gatewayClass("Unknown", "Waiting for controller")] }),
      /GatewayClass cilium: Waiting for controller/,
    ],
    [
      factsWith({ gatewayClasses: [gatewayClass("False")], gateways: [gateway("Unknown", "Waiting for controller")] }),
      /GatewayClass cilium/,
    ],
  ],
  "gateway-not-programmed": [
    [factsWith({ gateways: [gateway("False", "AddressNotAssigned")] }), /Gateway default\/lan: AddressNotAssigned/],
    [
      factsWith({ gateways: [gateway("False", "not ready", { status: "False", message: "Unsupported Gateway address" })] }),
      /Gateway default\/lan: Unsupported Gateway address/,
    ],
  ],
});

test("a cluster that does not use Gateway API needs no CRDs", () => {
  const configMaps = [config({ "enable-gateway-api": "false" })];
  assert.deepEqual(
    examine(factsWith({ configMaps, crds: [], gatewayClasses: [] }, { missingKinds: ["gatewayClasses"] })).findings,
    [],
  );
});

for (const [minor, { gatewayApi }] of Object.entries(ciliumMinors)) {
  for (const release of ["v1.0.0", "v1.2.0", "v1.4.1", "v1.6.1"]) {
    test(`Cilium ${minor} with the CRDs of ${release}`, () => {
      const { findings } = examine(factsWith({ daemonSets: [agents(`${minor}.0`)], crds: gatewayApiCrds(release) }));
      const fits = { "1.18": ["v1.2.0", "v1.4.1"], "1.19": ["v1.2.0", "v1.4.1"], "1.20": ["v1.6.1"] }[minor] ?? [];
      assert(fits.includes(gatewayApi));
      assert.deepEqual(
        findings.map(({ rule }) => rule),
        fits.includes(release) ? [] : ["gateway-api-crds-release"],
      );
    });
  }
}

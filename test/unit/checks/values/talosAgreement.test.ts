import assert from "node:assert/strict";
import { test } from "node:test";
import { talosAgreementChecks } from "../../../../components/checks/values/talosAgreement.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

const ipv6 = { ipv6: { enabled: true }, ipv6NativeRoutingCIDR: "fd40:10::/56" };

testExamples(talosAgreementChecks, {
  "the API server's own port in place of KubePrism": [
    [{ kubePrism: { port: 6443 } }, /^kubePrism\.port: is 6443, where no worker answers on localhost; .* at 7445$/],
    [
      { values: { k8sServiceHost: "127.0.0.1", k8sServicePort: 6443 } },
      /^values\.k8sServicePort: is 6443, where no worker answers on 127\.0\.0\.1/,
    ],
  ],
  "an IP family without a range in the machine config patch": [
    [
      { delivery: "machineConfig", values: ipv6 },
      /^values\.ipv6\.enabled: cannot be true with delivery "machineConfig" .*; set podCidr to "10\.244\.0\.0\/16,fd00:10:244::\/56", with the range that the cluster has, or set values\.ipv6\.enabled to false$/,
    ],
    [
      {
        delivery: "machineConfig",
        podCidr: "fd40:10::/56",
        serviceCidr: "fd40:20::/112",
        values: { ipv4: { enabled: true }, ipv4NativeRoutingCIDR: "10.244.0.0/16" },
      },
      /^values\.ipv4\.enabled: cannot be true .*; set podCidr to "10\.244\.0\.0\/16,fd40:10::\/56", with the range that the cluster has, or set/,
    ],
  ],
  "Gateway API without its CRDs, although they could be installed": [
    [
      { delivery: "chart", gatewayApi: { installCrds: false } },
      /^gatewayApi\.installCrds: is false, .*\/v1\.4\.1\/standard-install\.yaml$/,
    ],
  ],
});

test("IPv6 is accepted where Kubernetes need not assign its range, or where the user writes the machine config", () => {
  const gatewayApi = { enabled: false };
  for (const delivery of ["manifest", "chart"] as const) {
    assert.deepEqual(checkResults({ delivery, gatewayApi, values: ipv6 }), []);
  }
  const values = { ...ipv6, ipam: { mode: "cluster-pool" } };
  assert.deepEqual(checkResults({ delivery: "machineConfig", values }), []);
  assert.deepEqual(checkResults({ delivery: "machineConfig", values: { ipv6: { enabled: false } } }), []);
});

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
  "a KubePrism port that differs from the one in a config of Talos 1.14": [
    [
      { delivery: "machineConfig", talos: { configContract: "v1.14" }, kubePrism: { port: 7446 } },
      /^kubePrism\.port: is 7446; in a config of Talos 1\.14/,
    ],
    [
      { delivery: "machineConfig", talos: { configContract: "v1.14" }, values: { k8sServicePort: 7446 } },
      /^values\.k8sServicePort: is 7446; in a config of Talos 1\.14/,
    ],
  ],
  "IPv6 with a machine config patch that has an IPv4 range only": [
    [
      { delivery: "machineConfig", values: ipv6 },
      /^values\.ipv6\.enabled: cannot be true with delivery "machineConfig": .*; set values\.ipv6\.enabled to false, or set delivery to "manifest" and leave/,
    ],
    [
      { delivery: "machineConfig", values: { ...ipv6, ipv4: { enabled: false } } },
      /^values\.ipv6\.enabled: cannot be true with delivery "machineConfig"/,
    ],
  ],
  "Gateway API without its CRDs, although they could be installed": [
    [
      { delivery: "chart", gatewayApi: { installCrds: false } },
      /^gatewayApi\.installCrds: is false, .*\/v1\.2\.0\/standard-install\.yaml$/,
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

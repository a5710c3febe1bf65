import assert from "node:assert/strict";
import { test } from "node:test";
import { serviceRangeChecks } from "../../../../components/checks/inputs/serviceRanges.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

const dualPods = "10.244.0.0/16,fd00:10:244::/56";
const dualServices = (size: number) => `10.96.0.0/12,fd00:10:96::/${size}`;
const newer = { ciliumVersion: "1.19.6", kubernetesVersion: "1.34.2" };

testExamples(serviceRangeChecks, {
  "a Service range of an IP family that pods do not have": [
    [
      { podCidr: "fd00:10:244::/56", talos: { forwardKubeDNSToHost: false } },
      /^serviceCidr: 10\.96\.0\.0\/12 is a range of IPv4, which podCidr fd00:10:244::\/56 has not; give Services/,
    ],
    [
      { serviceCidr: dualServices(108) },
      /^serviceCidr: fd00:10:96::\/108 is a range of IPv6, which podCidr 10\.244\.0\.0\/16 has not/,
    ],
  ],
  "a Service range that is too large for the API server": [
    [
      { podCidr: dualPods, serviceCidr: dualServices(107), kubernetesVersion: "1.33.2" },
      /^serviceCidr: fd00:10:96::\/107 is too large: the API server of Kubernetes 1\.33\.2 does not start with it; choose a range of \/108 or longer/,
    ],
    [
      { podCidr: "172.16.0.0/16", serviceCidr: "10.0.0.0/8", kubernetesVersion: "1.33" },
      /^serviceCidr: 10\.0\.0\.0\/8 is too large: .*; choose a range of \/12 or longer/,
    ],
    [
      { ...newer, podCidr: "10.244.0.0/16,fd01::/56", serviceCidr: "10.96.0.0/12,fd00::/63" },
      /^serviceCidr: fd00::\/63 is too large: the API server of Kubernetes 1\.34\.2 gives out no address of it; /,
    ],
  ],
  "a Service range that is too large for the API server of older Kubernetes": [
    [
      { ...newer, podCidr: dualPods, serviceCidr: dualServices(107) },
      /^serviceCidr: fd00:10:96::\/107 is too large: the API server of Kubernetes 1\.33 and older does not start with it/,
    ],
  ],
  "pods of two IP families with Services of one": [
    [
      { podCidr: dualPods },
      /^serviceCidr: 10\.96\.0\.0\/12 has no range of IPv6, .*; set serviceCidr to "10\.96\.0\.0\/12,fd00:10:96::\/108", with the range/,
    ],
    [
      { podCidr: dualPods, serviceCidr: "fd00:10:96::/108" },
      /^serviceCidr: fd00:10:96::\/108 has no range of IPv4, .*; set serviceCidr to "10\.96\.0\.0\/12,fd00:10:96::\/108", with the range/,
    ],
  ],
});

test("ranges of one or two IP families are accepted in both orders, up to the largest of each", () => {
  for (const [podCidr, serviceCidr] of [
    [dualPods, dualServices(108)],
    ["fd00:10:244::/56,10.244.0.0/16", "fd00:10:96::/112,10.96.0.0/12"],
    [dualPods, "fd00:10:96::/112, 10.96.0.0/20"],
    ["10.244.0.0/16", "10.96.0.0/12"],
  ] as const) {
    assert.deepEqual(checkResults({ podCidr, serviceCidr }), [], podCidr);
  }
  const ipv6 = { podCidr: "fd00:10:244::/56", serviceCidr: "fd00:10:96::/108", talos: { forwardKubeDNSToHost: false } };
  assert.deepEqual(checkResults(ipv6), []);
});

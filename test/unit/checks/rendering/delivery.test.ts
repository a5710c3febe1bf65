import { deliveryChecks } from "../../../../components/checks/rendering/delivery.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { suiteData } from "../../../harness/suiteData.ts";

testExamples(
  deliveryChecks,
  {
    "Helm hooks with delivery chart": [
      [
        { ciliumVersion: "1.18.4", delivery: "chart", gatewayApi: { enabled: false }, values: { hubble: { enabled: true } } },
        /^values: make Job kube-system\/hubble-generate-certs of Cilium 1\.18\.4, a Helm hook/,
      ],
    ],
    "a namespace that the chart creates for other purposes, with delivery chart": [
      [
        { delivery: "chart", namespace: "cilium-secrets", gatewayApi: { crdsPath: suiteData("gatewayApi", "v1.4.1") } },
        /^namespace: cilium-secrets is a namespace that the chart creates/,
      ],
    ],
    "a machine config patch of more than 3.5 MiB": [
      [
        { delivery: "machineConfig", values: { extraConfig: { a: "x".repeat(3.6 * 2 ** 20) } } },
        /^values: make a manifest of 3\.\d MiB; /,
      ],
    ],
    "a machine config patch of more than 1 MiB": [
      [{ delivery: "machineConfig", values: { extraConfig: { a: "x".repeat(2 ** 20) } } }, /^values: make a patch of 1\.1 MiB; /],
    ],
  },
  { besides: { "a machine config patch of more than 3.5 MiB": ["a machine config patch of more than 1 MiB"] } },
);

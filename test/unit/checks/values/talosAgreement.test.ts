import { talosAgreementChecks } from "../../../../components/checks/values/talosAgreement.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

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
  "Gateway API without its CRDs, although they could be installed": [
    [
      { delivery: "chart", gatewayApi: { installCrds: false } },
      /^gatewayApi\.installCrds: is false, .*\/v1\.2\.0\/standard-install\.yaml$/,
    ],
  ],
});

import { clusterFitChecks } from "../../../../components/checks/values/clusterFit.ts";
import { lan, values } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(clusterFitChecks, {
  "certificates that Helm creates": [
    [
      values({ hubble: { enabled: true, tls: { auto: { method: "helm" } } } }),
      /^values\.hubble\.tls\.auto\.method: is "helm", which creates new keys/,
    ],
    [values({ clustermesh: { useAPIServer: true } }), /^values\.clustermesh\.apiserver\.tls\.auto\.method: is "helm"/],
  ],
  "an API server that the chart should find by itself": [
    [values({ k8sServiceHost: "auto" }), /^values\.k8sServiceHost: cannot be "auto"/],
    [{ kubePrism: { host: "auto" } }, /^kubePrism\.host: cannot be "auto"/],
  ],
  "`namespaceOverride`, which bypasses the input `namespace`": [
    [
      values({ namespaceOverride: "net" }),
      /^values\.namespaceOverride: is "net", a namespace that nothing creates; leave .* out and set namespace to "net"$/,
    ],
  ],
  "more operators than nodes": [
    [
      values({ operator: { replicas: 3 } }, { lan: { nodes: lan.nodes } }),
      /^values\.operator\.replicas: is 3, but lan\.nodes has 2/,
    ],
  ],
});

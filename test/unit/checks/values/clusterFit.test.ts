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
  "a capability that does not exist, or that Talos gives to no container": [
    [
      values({ envoy: { securityContext: { capabilities: { envoy: ["CAP_NET_ADMIN"] } } } }),
      /^values\.envoy\.securityContext\.capabilities\.envoy\[0\]: is "CAP_NET_ADMIN", which Linux does not know; .* without CAP_$/,
    ],
    [
      values({ securityContext: { capabilities: { ciliumAgent: ["NET_ADMIN", "NETADMIN"] } } }),
      /^values\.securityContext\.capabilities\.ciliumAgent\[1\]: is "NETADMIN", which Linux does not know/,
    ],
    [
      values({ securityContext: { capabilities: { cleanCiliumState: ["sys_module"] } } }),
      /cleanCiliumState\[0\]: is "sys_module", which Talos gives to no container/,
    ],
  ],
  "`namespaceOverride`, which bypasses the input `namespace`": [
    [
      values({ namespaceOverride: "net" }),
      /^values\.namespaceOverride: is "net", a namespace that nothing creates; set the input namespace/,
    ],
  ],
  "more operators than nodes": [
    [
      values({ operator: { replicas: 3 } }, { lan: { nodes: lan.nodes } }),
      /^values\.operator\.replicas: is 3, but lan\.nodes has 2/,
    ],
  ],
});

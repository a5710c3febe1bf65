import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterFitChecks } from "../../../../components/checks/values/clusterFit.ts";
import { lan, values } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

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
  "an invalid address of the Kubernetes API": [
    [
      { kubePrism: { host: "https://localhost" } },
      /^kubePrism\.host: is "https:\/\/localhost", neither a host name nor an address/,
    ],
    [{ kubePrism: { host: "" } }, /^kubePrism\.host: is "", neither a host name nor an address/],
    [
      values({ k8sServiceHost: "https://192.168.1.20" }),
      /^values\.k8sServiceHost: is "https:\/\/192\.168\.1\.20", neither a host name nor an address \(the port is kubePrism\.port\); leave/,
    ],
    [{ secretValues: { k8sServiceHost: "192.168.1.20:6443" } }, /^secretValues\.k8sServiceHost: is "\[secret\]", neither/],
  ],
  "an API server that Cilium itself would have to make reachable": [
    [
      values({ k8sServiceHost: "10.96.0.1", k8sServicePort: 443 }),
      /^values\.k8sServiceHost: is "10\.96\.0\.1", a Service, which no node reaches .*; leave .*Host out and leave values\.k8sServicePort out:/,
    ],
    [
      values({ k8sServiceHost: "" }),
      /^values\.k8sServiceHost: is empty, so Cilium would ask the Service kubernetes, .*; leave values\.k8sServiceHost out:/,
    ],
    [{ kubePrism: { host: "kubernetes.default.svc", port: 443 } }, /^kubePrism\.host: is "kubernetes\.default\.svc", a Service/],
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

test("the API server may be anything that a node reaches by itself", () => {
  const withProxy = { l2: { enabled: false }, gatewayApi: { enabled: false } };
  for (const [values, inputs] of [
    [{ k8sServiceHost: "192.168.1.20", k8sServicePort: 6443 }, {}],
    [{ k8sServiceHost: "api.home.example", k8sServicePort: "6443" }, {}],
    [{ k8sServiceHost: "kubernetes.home.example", k8sServicePort: 6443 }, {}],
    [{ k8sServiceHost: "fd00:1::20", k8sServicePort: 6443 }, {}],
    [{ k8sServiceHost: "::1" }, {}],
    [{ k8sServiceHost: "10.96.0.1", k8sServicePort: 6443 }, { serviceCidr: "10.43.0.0/16" }],
    // With kube-proxy, the Service works.
    [{ k8sServiceHost: "", kubeProxyReplacement: false }, withProxy],
    [{ k8sServiceHost: "10.96.0.1", k8sServicePort: 443, kubeProxyReplacement: false }, withProxy],
  ] as const) {
    assert.deepEqual(checkResults({ ...inputs, values }), [], JSON.stringify(values));
  }
});

test("the address of the API server is refused in every form that is not one", () => {
  for (const k8sServiceHost of [
    "https://api.home",
    "api.home:6443",
    "[fd00::1]",
    "192.168.1.20/24",
    "my api",
    "-api",
    "api_home",
  ]) {
    const [result, ...others] = checkResults({ values: { k8sServiceHost } });
    assert.equal(result?.check, "an invalid address of the Kubernetes API", k8sServiceHost);
    assert.deepEqual(others, [], k8sServiceHost);
  }
});

test("without an address, the API server may be named in a ConfigMap", () => {
  const results = checkResults({ values: { k8sServiceHost: "", k8sServiceHostRef: { name: "api-server", key: "host" } } });
  assert.deepEqual(
    results.map(({ check }) => check),
    ["pods that wait for a Secret or ConfigMap that nothing creates"],
  );
});

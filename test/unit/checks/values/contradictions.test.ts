import assert from "node:assert/strict";
import { test } from "node:test";
import { contradictionChecks } from "../../../../components/checks/values/contradictions.ts";
import { values } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

testExamples(contradictionChecks, {
  "a value that Gateway API overrules, from Cilium 1.20 on": [
    [
      { ciliumVersion: "1.20.0", values: { socketLB: { hostNamespaceOnly: false } } },
      /^values\.socketLB\.hostNamespaceOnly: is false, but the chart turns it on for Gateway API; leave .*hostNamespaceOnly out$/,
    ],
    [
      { ciliumVersion: "1.20.0", values: { bpf: { lbAlgorithmAnnotation: false } } },
      /^values\.bpf\.lbAlgorithmAnnotation: is false/,
    ],
  ],
  "a word for the replacement of kube-proxy that is neither true nor false": [
    [
      values({ kubeProxyReplacement: "strict" }),
      /^values\.kubeProxyReplacement: is "strict"; allowed are true and false: set values\.kubeProxyReplacement to true$/,
    ],
    [
      values({ kubeProxyReplacement: "disabled" }, { l2: { enabled: false }, gatewayApi: { enabled: false } }),
      /^values\.kubeProxyReplacement: is "disabled"; allowed/,
    ],
  ],
  "Gateway API, Ingress or L2 announcements without the replacement of kube-proxy": [
    [
      values(
        { kubeProxyReplacement: false, ingressController: { enabled: true } },
        { l2: { enabled: false }, gatewayApi: { enabled: false } },
      ),
      /^values\.ingressController\.enabled: cannot be true while values\.kubeProxyReplacement is false; set .* to true, or set/,
    ],
    [
      values({ kubeProxyReplacement: null }, { gatewayApi: { enabled: false } }),
      /^l2\.enabled: cannot be true while values\.kubeProxyReplacement is false/,
    ],
    [
      values({ kubeProxyReplacement: false }, { l2: { enabled: false } }),
      /^gatewayApi\.enabled: cannot be true while values\.kubeProxyReplacement is false/,
    ],
    [
      values({ kubeProxyReplacement: "false" }, { gatewayApi: { enabled: false } }),
      /^l2\.enabled: cannot be true while values\.kubeProxyReplacement is "false"/,
    ],
  ],
  "Gateway API without the L7 proxy": [
    [values({ l7Proxy: false }), /^gatewayApi\.enabled: cannot be true while values\.l7Proxy is false/],
  ],
  "Hubble Relay without Hubble": [
    [
      { hubble: { relay: true } },
      /^hubble\.relay: cannot be true while hubble\.enabled is false; set hubble\.enabled to true, or set/,
    ],
    [
      values({ hubble: { relay: { enabled: true } } }),
      /^values\.hubble\.relay\.enabled: cannot be true while hubble\.enabled is false; set hubble\.enabled to true, or set/,
    ],
  ],
  "the web interface of Hubble without Relay": [
    [{ hubble: { enabled: true, ui: true } }, /^hubble\.ui: cannot be true while hubble\.relay is false/],
  ],
  "Hubble with delivery chart and Cilium 1.18": [
    [
      { ciliumVersion: "1.18.4", delivery: "chart", hubble: { enabled: true }, gatewayApi: { enabled: false } },
      /^hubble\.enabled: cannot be true with delivery chart and Cilium 1\.18: .*Helm hook.*Cilium 1\.19 or later/,
    ],
  ],
  "an invalid way to assign addresses to Services": [
    [
      values({ defaultLBServiceIPAM: "lb-ipam" }),
      /^values\.defaultLBServiceIPAM: is "lb-ipam"; allowed are "lbipam", "nodeipam" and "none": leave/,
    ],
    [
      values({ defaultLBServiceIPAM: "nodeipam" }),
      /^values\.defaultLBServiceIPAM: cannot be "nodeipam" while values\.nodeIPAM\.enabled is not true/,
    ],
  ],
  "Gateways or Ingresses that keep the client's address, with L2 announcements": [
    [values({ gatewayAPI: { externalTrafficPolicy: "Local" } }), /^values\.gatewayAPI\.externalTrafficPolicy: is "Local"/],
    [
      values({ ingressController: { enabled: true, service: { externalTrafficPolicy: "Local" } } }),
      /^values\.ingressController\.service\.externalTrafficPolicy: is "Local"/,
    ],
  ],
});

test("a value that Gateway API would overrule is accepted if it says the same, without Gateway API, and before 1.20", () => {
  for (const args of [
    { ciliumVersion: "1.20.0", values: { socketLB: { hostNamespaceOnly: true } } },
    { ciliumVersion: "1.20.0", gatewayApi: { enabled: false }, values: { socketLB: { hostNamespaceOnly: false } } },
    { ciliumVersion: "1.19.6", values: { socketLB: { hostNamespaceOnly: false } } },
  ]) {
    assert.deepEqual(checkResults(args), [], JSON.stringify(args));
  }
});

test("every word of old releases for the replacement of kube-proxy is one problem, with every release of Cilium", () => {
  for (const word of ["strict", "partial", "probe", "disabled", "True", "False", "on", "yes"]) {
    for (const ciliumVersion of ["1.18.4", "1.19.6", "1.20.0"]) {
      const results = checkResults({
        ciliumVersion,
        values: { kubeProxyReplacement: word, ingressController: { enabled: true } },
      });
      const [check, ...others] = results.map((result) => result.check);
      assert.equal(check, "a word for the replacement of kube-proxy that is neither true nor false", word);
      assert.deepEqual(others, [], word);
    }
  }
});

test("everything that needs the replacement of kube-proxy is named, whichever value turns it on", () => {
  const off = { l2: { enabled: false }, gatewayApi: { enabled: false } };
  for (const [path, on] of [
    ["gatewayAPI", { gatewayAPI: { enabled: true } }],
    ["ingressController", { ingressController: { enabled: true, loadbalancerMode: "shared" } }],
    ["l2announcements", { l2announcements: { enabled: true } }],
  ] as const) {
    for (const kubeProxyReplacement of [false, "false", null]) {
      const [result, ...others] = checkResults({ ...off, values: { ...on, kubeProxyReplacement } });
      assert.deepEqual(others, []);
      assert.match(result?.problems.join("\n") ?? "", new RegExp(`^values\\.${path}\\.enabled: cannot be true while [^\n]*$`));
    }
    assert.deepEqual(checkResults({ ...off, values: { ...on, kubeProxyReplacement: "true" } }), [], path);
  }
});

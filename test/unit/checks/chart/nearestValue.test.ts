import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestValue } from "../../../../components/checks/chart/nearestValue.ts";
import { readSchema } from "../../../../components/helm/chartContents.ts";
import type { HelmValues } from "../../../../components/helm/values.ts";
import { pathsIn } from "../../../../components/helm/valuesSchema.ts";
import { merge } from "../../../../components/support/merge.ts";
import { values } from "../../../fixtures/validInputs.ts";
import { chart, releases } from "../../../harness/charts.ts";
import { checkResults } from "../../../harness/findings.ts";

/** What a message of the check suggests for each of these values, with a release. */
function suggestionsFor(paths: readonly string[], ciliumVersion: string): Readonly<Record<string, string | undefined>> {
  const trees = paths.map((path) => path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), "x"));
  const results = checkResults(
    values(
      trees.reduce<HelmValues>((all, tree) => merge<HelmValues>(all, tree as HelmValues), {}),
      { ciliumVersion },
    ),
  );
  const problems = results.find(({ check }) => check === "a value that changes nothing")?.problems ?? [];
  const suggestions = problems.map((problem) => {
    const [, path = ""] = /^values\.(\S+): /.exec(problem) ?? [];
    return [path, /did you mean (\S+)\?/.exec(problem)?.[1]] as const;
  });
  return Object.fromEntries(suggestions);
}

const suggested = {
  // Misspelled.
  "bpf.masqerade": "bpf.masquerade",
  "loadBalancer.algoritm": "loadBalancer.algorithm",
  "hubble.enable": "hubble.enabled",
  mtu: "MTU",
  bandwithManager: "bandwidthManager",
  kubeProxyReplacementMode: "kubeProxyReplacement",
  "hubble.metrics.serviceMonitors": "hubble.metrics.serviceMonitor",
  // Only templates know these.
  "loadBalancer.dsrdispatch": "loadBalancer.dsrDispatch",
  "socketLB.hostNamespaceonly": "socketLB.hostNamespaceOnly",
  "dnsProxy.enabletransparentMode": "dnsProxy.enableTransparentMode",
  // In another place.
  "operator.serviceMonitor": "operator.prometheus.serviceMonitor",
  "envoy.serviceMonitor": "envoy.prometheus.serviceMonitor",
  "hubble.serviceMonitor": "hubble.metrics.serviceMonitor",
  serviceMonitor: "prometheus.serviceMonitor",
  relay: "hubble.relay",
  ui: "hubble.ui",
  "encryption.wireguard.enabled": "encryption.enabled",
  "bpf.autoDirectNodeRoutes": "autoDirectNodeRoutes",
  clusterPoolIPv4PodCIDRList: "ipam.operator.clusterPoolIPv4PodCIDRList",
  // Written as one key, or as two.
  hubbleRelay: "hubble.relay",
  clusterName: "cluster.name",
  operatorReplicas: "operator.replicas",
  "k8s.serviceHost": "k8sServiceHost",
  "ipv4.nativeRoutingCIDR": "ipv4NativeRoutingCIDR",
  // Shortened.
  ingress: "ingressController",
  gateway: "gatewayAPI",
  bgp: "bgpControlPlane",
  routing: "routingMode",
};

test("the value that was meant is suggested, with every release", () => {
  for (const { ciliumVersion } of releases) {
    assert.deepEqual(suggestionsFor(Object.keys(suggested), ciliumVersion), suggested, ciliumVersion);
  }
});

test("nothing is suggested that has another meaning, or that is only one of several", () => {
  const paths = [
    "loadBalancer.bgp",
    "operator.metrics",
    "dnsProxy.enabled",
    "dnsProxy.maxTTL",
    "auditMode",
    "rollOutPods",
    "hostNetwork",
    "cni.chaining",
    "image.version",
    "kubePrism",
  ];
  for (const { ciliumVersion } of releases) {
    const expected = Object.fromEntries(paths.map((path) => [path, undefined]));
    assert.deepEqual(suggestionsFor(paths, ciliumVersion), expected, ciliumVersion);
  }
});

test("a key with one letter too few is found in its own place, or nothing is suggested", () => {
  const known = pathsIn(readSchema(chart())).filter((path) => (path.at(-1) ?? "").length > 4);
  const names = new Set(known.map((path) => path.join(".").toLowerCase()));
  for (const path of known) {
    const key = path.at(-1) ?? "";
    const misspelled = [...path.slice(0, -1), `${key.slice(0, 2)}${key.slice(3)}`];
    if (names.has(misspelled.join(".").toLowerCase())) continue;
    const nearest = nearestValue(misspelled, known);
    assert.ok([path.join("."), undefined].includes(nearest), `${misspelled.join(".")}: ${String(nearest)}`);
  }
});

test("a suggestion for a key inside of a section is never in another section", () => {
  const known = pathsIn(readSchema(chart()));
  // All pairs would take half a minute, and these take two seconds.
  const keys = [...new Set(known.map((path) => path.at(-1) ?? ""))].filter((_, index) => index % 80 === 0);
  const sections = new Set(known.filter(({ length }) => length > 1).map(([section = ""]) => section));
  const names = new Set(known.map((path) => path.join(".")));
  for (const section of sections) {
    for (const key of keys) {
      if (names.has(`${section}.${key}`)) continue;
      const nearest = nearestValue([section, key], known)?.split(".") ?? [];
      assert.ok(nearest.length <= 1 || nearest[0] === section || nearest.join("") === `${section}${key}`, `${section}.${key}`);
    }
  }
});

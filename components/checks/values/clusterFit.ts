import { originOf } from "../../cilium/valueOrigins.ts";
import { type HelmValues, isOff, isOn, valueAt } from "../../helm/values.ts";
import { problem, quote } from "../../support/problems.ts";
import { allOf, leaveOut, setTo } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

/** The parts of the chart that need certificates, by the value that turns them on. */
const certificates = [
  { switchedOnBy: "hubble.enabled", tls: "hubble.tls" },
  { switchedOnBy: "clustermesh.useAPIServer", tls: "clustermesh.apiserver.tls" },
];

export const clusterFitChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "certificates that Helm creates",
      why: "Each rendering creates new keys, so every update replaces them, and the manifest contains the private ones.",
      source: "https://docs.cilium.io/en/stable/observability/hubble/configuration/tls/",
      needs: [],
      run: ({ settings, values }) =>
        certificates
          .filter(({ switchedOnBy, tls }) => isOn(values, switchedOnBy) && areCreatedByHelm(values, tls))
          .map(({ tls }) => {
            const input = originOf(settings, `${tls}.auto.method`);
            return problem(
              input,
              `is "helm", which creates new keys at every rendering; ${setTo(input, "cronJob")} or "certmanager"`,
            );
          }),
    }),
    valuesCheck({
      title: "an API server that the chart should find by itself",
      why: "It searches the cluster. Without a cluster, 1.18 renders the word auto as the host.",
      source: "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/",
      needs: [],
      run: ({ settings, values }) => {
        if (valueAt(values, "k8sServiceHost") !== "auto") return [];
        return [
          problem(
            originOf(settings, "k8sServiceHost"),
            'cannot be "auto", which needs a cluster to search; leave it out: on Talos it is localhost, port 7445',
          ),
        ];
      },
    }),
    valuesCheck({
      title: "`namespaceOverride`, which bypasses the input `namespace`",
      why: "Nothing creates that namespace, and pools and leases look for Cilium in the other one.",
      source: "docs/inputs.md",
      needs: [],
      run: ({ settings, values }) => {
        const override = valueAt(values, "namespaceOverride");
        if (override === undefined || override === "") return [];
        const input = originOf(settings, "namespaceOverride");
        const instead = allOf(leaveOut(input), setTo("namespace", override));
        return [problem(input, `is ${quote(override)}, a namespace that nothing creates; ${instead}`)];
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "more operators than nodes",
      why: "Operators refuse to share a node: one stays pending, and everything that waits for the Deployment waits with it.",
      source: "https://github.com/cilium/cilium/tree/main/install/kubernetes/cilium",
      needs: ["lan"],
      run: ({ settings, values }) => {
        const replicas = Number(valueAt(values, "operator.replicas"));
        const nodes = settings.lan.nodes.length;
        if (nodes === 0 || !(replicas > nodes)) return [];
        return [
          problem(
            originOf(settings, "operator.replicas"),
            `is ${replicas}, but lan.nodes has ${nodes}; operators refuse to share a node, so one is never scheduled`,
          ),
        ];
      },
    }),
  ],
};

function areCreatedByHelm(values: HelmValues, tls: string): boolean {
  if (isOff(values, `${tls}.enabled`) || isOff(values, `${tls}.auto.enabled`)) return false;
  return (valueAt(values, `${tls}.auto.method`) ?? "helm") === "helm";
}

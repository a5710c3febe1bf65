import { apiServerAddress, replacesKubeProxy } from "../../cilium/facts.ts";
import { originOf, type UserValues } from "../../cilium/valueOrigins.ts";
import { hasPath, type HelmValues, isOff, isOn, textAt, valueAt } from "../../helm/values.ts";
import { type NamedRange, serviceRanges } from "../../inputs/network.ts";
import { dnsSubdomain } from "../../kubernetes/names.ts";
import { contains, type IpRange, parseAddress } from "../../support/ipRange.ts";
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
      title: "an invalid address of the Kubernetes API",
      why: "Agents and operator could not reach the API server.",
      source: "https://docs.siderolabs.com/kubernetes-guides/advanced-guides/kubeprism",
      needs: [],
      run: ({ settings, values }) => {
        const { host } = apiServerAddress(values);
        if (isHost(host) || isLeftToChart(settings, host)) return [];
        const input = originOf(settings, "k8sServiceHost");
        const port = originOf(settings, "k8sServicePort");
        return [
          problem(input, `is ${quote(host)}, neither a host name nor an address (the port is ${port}); ${leaveOut(input)}`),
        ];
      },
    }),
    valuesCheck({
      title: "an API server that Cilium itself would have to make reachable",
      why: "Without kube-proxy, Services work once Cilium runs, and its agents and operator wait for the API server.",
      source: "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/#quick-start",
      needs: ["serviceCidr"],
      run: ({ settings, values }) => {
        const isElsewhere = ["k8s.apiServerURLs", "k8sServiceHostRef.name"].some((path) => textAt(values, path) !== undefined);
        if (!replacesKubeProxy(values) || isElsewhere) return [];
        const { host, port } = apiServerAddress(values);
        const address = parseAddress(host);
        const isService = address === undefined ? serviceName.test(host) : isIn(serviceRanges(settings), address);
        const isUnset = isLeftToChart(settings, host);
        if (!isUnset && !isService) return [];
        const input = originOf(settings, "k8sServiceHost");
        const state = isUnset ? "is empty, so Cilium would ask the Service kubernetes" : `is ${quote(host)}, a Service`;
        const defaults = [input, ...(port === 7445 ? [] : [originOf(settings, "k8sServicePort")])].map(leaveOut);
        return [
          problem(
            input,
            `${state}, which no node reaches before Cilium runs; ${allOf(...defaults)}: on Talos it is localhost, port 7445`,
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

/** The names by which pods find Services, such as `kubernetes.default.svc`. */
const serviceName = /^kubernetes(?:\.default(?:\.svc(?:\..+)?)?)?$/;

/** Whether the user's own values set the host to nothing, so that the chart sets none. */
function isLeftToChart(settings: UserValues, host: string): boolean {
  return host === "" && hasPath(settings.userValues, "k8sServiceHost");
}

function isHost(host: string): boolean {
  return parseAddress(host) !== undefined || dnsSubdomain.test(host);
}

function isIn(ranges: readonly NamedRange[], address: IpRange): boolean {
  return ranges.some(({ range }) => contains(range, address));
}

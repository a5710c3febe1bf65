import { apiServerAddress, servesGatewayApi, usesFamily } from "../../cilium/facts.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { valueAt } from "../../helm/values.ts";
import { problem } from "../../support/problems.ts";
import { hasKubernetesDocuments, isOnNode } from "../../talos/machineConfig.ts";
import { ciliumMinor, gatewayApiCrdsUrl } from "../../versions/supported.ts";
import { allOf, anyOf, setTo, withoutMachines } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const kubePrism = "https://docs.siderolabs.com/kubernetes-guides/advanced-guides/kubeprism";

export const talosAgreementChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "the API server's own port in place of KubePrism",
      why: "Only control planes answer there on the node itself. Agents on workers reach no API server, and KubePrism cannot listen there.",
      source: kubePrism,
      needs: [],
      run: ({ settings, values }) => {
        const { host, port } = apiServerAddress(values);
        if (!isOnNode(host) || port !== 6443) return [];
        return [
          problem(
            originOf(settings, "k8sServicePort"),
            `is 6443, where no worker answers on ${host}; leave it out: KubePrism answers on every node at 7445`,
          ),
        ];
      },
    }),
    valuesCheck({
      title: "a KubePrism port that differs from the one in a config of Talos 1.14",
      why: "The patch for such a config does not change KubePrism.",
      source: kubePrism,
      needs: ["delivery", "talos"],
      run: ({ settings, values }) => {
        const { host, port } = apiServerAddress(values);
        if (settings.delivery !== "machineConfig" || !hasKubernetesDocuments(settings)) return [];
        // The port of the API server is a problem of its own.
        if (!isOnNode(host) || port === 7445 || port === 6443) return [];
        return [
          problem(
            originOf(settings, "k8sServicePort"),
            `is ${port}; in a config of Talos 1.14 KubePrism stays as it was generated, at 7445: leave it out`,
          ),
        ];
      },
    }),
    valuesCheck({
      title: "IPv6 with a machine config patch that has an IPv4 range only",
      why: "Nodes get no IPv6 range, and the agents wait for one forever.",
      source: "https://docs.cilium.io/en/stable/network/concepts/ipam/kubernetes/",
      needs: ["delivery"],
      run: ({ settings, values }) => {
        // In the other IPAM modes, Cilium's operator assigns the ranges.
        const isAssignedByKubernetes = valueAt(values, "ipam.mode") === "kubernetes";
        if (settings.delivery !== "machineConfig" || !usesFamily(values, 6) || !isAssignedByKubernetes) return [];
        const input = originOf(settings, "ipv6.enabled");
        const otherDelivery = allOf(setTo("delivery", "manifest"), withoutMachines);
        const waysOut = [
          ...(usesFamily(values, 4) ? [setTo(input, false)] : []),
          `${otherDelivery} and write both ranges into the machine config yourself`,
        ];
        return [
          problem(
            input,
            'cannot be true with delivery "machineConfig": its patch sets podSubnets to one range of IPv4 (podCidr), and the agents wait for ' +
              "an IPv6 range forever; " +
              anyOf(waysOut),
          ),
        ];
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "Gateway API without its CRDs, although they could be installed",
      why: "The operator looks for them only once, when it starts.",
      source: "https://docs.cilium.io/en/stable/network/servicemesh/gateway-api/gateway-api/",
      needs: ["delivery", "ciliumVersion", "gatewayApi"],
      run: ({ settings: { delivery, ciliumVersion, gatewayApi }, values }) => {
        const minor = ciliumMinor(ciliumVersion);
        if (minor === undefined || delivery === "manifest" || !servesGatewayApi(values) || gatewayApi.installCrds) return [];
        return [
          problem(
            "gatewayApi.installCrds",
            "is false, so the CRDs must be in the cluster before Cilium's operator starts, which looks for them only once: " +
              gatewayApiCrdsUrl(minor.gatewayApi),
          ),
        ];
      },
    }),
  ],
};

import { apiServerAddress, servesGatewayApi, usesFamily } from "../../cilium/facts.ts";
import { podFamilies } from "../../cilium/podRanges.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { valueAt } from "../../helm/values.ts";
import { inputDefaults } from "../../inputs/settings.ts";
import { problem } from "../../support/problems.ts";
import { isOnNode } from "../../talos/machineConfig.ts";
import { ciliumMinor, gatewayApiCrdsUrl } from "../../versions/supported.ts";
import { anyOf, ipv6Examples, setTo } from "../advice.ts";
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
      title: "an IP family without a range in the machine config patch",
      why: "Nodes get no range of it, and the agents wait for one forever.",
      source: "https://docs.cilium.io/en/stable/network/concepts/ipam/kubernetes/",
      needs: ["delivery", "podCidr"],
      run: ({ settings, values }) => {
        // In the other IPAM modes, Cilium's operator assigns the ranges.
        const isAssignedByKubernetes = valueAt(values, "ipam.mode") === "kubernetes";
        const families = podFamilies(settings);
        if (settings.delivery !== "machineConfig" || !isAssignedByKubernetes || families.length !== 1) return [];
        const missing = ([4, 6] as const).find((family) => usesFamily(values, family) && !families.includes(family));
        if (missing === undefined) return [];
        const input = originOf(settings, `ipv${missing}.enabled`);
        const both =
          missing === 6 ? `${settings.podCidr},${ipv6Examples.podCidr}` : `${inputDefaults.podCidr},${settings.podCidr}`;
        const own = [...families].some((family) => usesFamily(values, family)) ? [setTo(input, false)] : [];
        const waysOut = [`${setTo("podCidr", both)}, with the range that the cluster has`, ...own];
        return [
          problem(
            input,
            `cannot be true with delivery "machineConfig" while podCidr is ${settings.podCidr}: its patch sets podSubnets to that, and the agents ` +
              `wait for a range of IPv${missing} forever; ${anyOf(waysOut)}`,
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

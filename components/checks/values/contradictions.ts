import { announcesOnLan, replacesKubeProxy, servesGatewayApi } from "../../cilium/facts.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { isOff, isOn, valueAt } from "../../helm/values.ts";
import { problem, quote } from "../../support/problems.ts";
import { allOf, anyOf, leaveOut, setTo } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

export const contradictionChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "Gateway API, Ingress or L2 announcements without the replacement of kube-proxy",
      why: "Cilium ignores Gateways and Ingresses, and nothing serves the announced addresses.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/#prerequisites",
      needs: ["loadBalancer"],
      run: ({ settings, values }) => {
        const replacement = valueAt(values, "kubeProxyReplacement") ?? false;
        // Another word is a problem of its own.
        if (!isSwitch(replacement) || replacesKubeProxy(values)) return [];
        const input = originOf(settings, "kubeProxyReplacement");
        const state = `${input} is ${quote(replacement)}`;
        return ["gatewayAPI.enabled", "ingressController.enabled", "l2announcements.enabled"]
          .filter((path) => isOn(values, path))
          .map((path) => {
            const hasPolicies = path === "l2announcements.enabled" && settings.loadBalancer.l2Policies.length > 0;
            const off = setTo(originOf(settings, path), false);
            const giveUp = hasPolicies ? allOf(off, leaveOut("loadBalancer.l2Policies")) : off;
            return problem(originOf(settings, path), `cannot be true while ${state}; ${anyOf([setTo(input, true), giveUp])}`);
          });
      },
    }),
    valuesCheck({
      title: "a word for the replacement of kube-proxy that is neither true nor false",
      why: "Releases before 1.14 had strict, partial and others. The chart refuses to render them.",
      source: "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/",
      needs: [],
      run: ({ settings, values }) => {
        const replacement = valueAt(values, "kubeProxyReplacement") ?? false;
        if (isSwitch(replacement)) return [];
        const input = originOf(settings, "kubeProxyReplacement");
        return [problem(input, `is ${quote(replacement)}; allowed are true and false: ${setTo(input, true)}`)];
      },
    }),
    valuesCheck({
      title: "Gateway API without the L7 proxy",
      why: "Envoy serves the Gateways, and the chart refuses to render without it.",
      source: "https://docs.cilium.io/en/stable/network/servicemesh/gateway-api/gateway-api/",
      needs: [],
      run: ({ settings, values }) => {
        if (!isOn(values, "gatewayAPI.enabled") || !isOff(values, "l7Proxy")) return [];
        const input = originOf(settings, "gatewayAPI.enabled");
        const proxy = originOf(settings, "l7Proxy");
        return [problem(input, `cannot be true while ${proxy} is false; ${anyOf([setTo(proxy, true), setTo(input, false)])}`)];
      },
    }),
    valuesCheck({
      title: "Hubble Relay without Hubble",
      why: "The chart refuses to render it.",
      source: "https://docs.cilium.io/en/stable/observability/hubble/setup/",
      needs: [],
      run: ({ settings, values }) => {
        if (!isOn(values, "hubble.relay.enabled") || isOn(values, "hubble.enabled")) return [];
        const relay = originOf(settings, "hubble.relay.enabled");
        const hubble = originOf(settings, "hubble.enabled");
        const showsFlows = isOn(values, "hubble.ui.enabled") && !isOn(values, "hubble.ui.standalone.enabled");
        const giveUp = [relay, ...(showsFlows ? [originOf(settings, "hubble.ui.enabled")] : [])].map((input) =>
          setTo(input, false),
        );
        return [problem(relay, `cannot be true while ${hubble} is false; ${anyOf([setTo(hubble, true), allOf(...giveUp)])}`)];
      },
    }),
    valuesCheck({
      title: "the web interface of Hubble without Relay",
      why: "The chart refuses to render it.",
      source: "https://docs.cilium.io/en/stable/observability/hubble/setup/",
      needs: [],
      run: ({ settings, values }) => {
        if (!isOn(values, "hubble.ui.enabled") || isOn(values, "hubble.relay.enabled")) return [];
        if (isOn(values, "hubble.ui.standalone.enabled")) return [];
        const input = originOf(settings, "hubble.ui.enabled");
        const relay = originOf(settings, "hubble.relay.enabled");
        const missing = [relay, ...(isOn(values, "hubble.enabled") ? [] : [originOf(settings, "hubble.enabled")])];
        const waysOut = anyOf([allOf(...missing.map((each) => setTo(each, true))), setTo(input, false)]);
        return [problem(input, `cannot be true while ${relay} is false: it shows the flows that Relay collects; ${waysOut}`)];
      },
    }),
    valuesCheck({
      title: "Hubble with delivery chart and Cilium 1.18",
      why: "There, a Helm hook creates the certificates, and Pulumi's Chart leaves hooks out.",
      source: "https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v4/chart/",
      needs: ["delivery", "hubble", "ciliumVersion"],
      run: ({ settings }) => {
        const { delivery, hubble, ciliumVersion, userValues } = settings;
        if (delivery !== "chart" || !hubble.enabled || !ciliumVersion.startsWith("1.18.")) return [];
        // With other certificates there may be no hook. The check of the rendered hooks decides.
        if (valueAt(userValues, "hubble.tls") !== undefined) return [];
        return [
          problem(
            "hubble.enabled",
            "cannot be true with delivery chart and Cilium 1.18: there, the job that creates the certificates is a Helm hook, which " +
              'Pulumi\'s Chart leaves out; use Cilium 1.19 or later, or set delivery to "manifest", or set hubble.enabled to false',
          ),
        ];
      },
    }),
    valuesCheck({
      title: "an invalid way to assign addresses to Services",
      why: "The chart renders any word, and the operator then assigns no addresses.",
      source: "https://docs.cilium.io/en/stable/network/lb-ipam/",
      needs: [],
      run: ({ settings, values }) => {
        const input = originOf(settings, "defaultLBServiceIPAM");
        const ipam = String(valueAt(values, "defaultLBServiceIPAM"));
        if (ipam === "nodeipam" && !isOn(values, "nodeIPAM.enabled")) {
          const nodeIpam = originOf(settings, "nodeIPAM.enabled");
          const waysOut = anyOf([setTo(nodeIpam, true), leaveOut(input)]);
          return [problem(input, `cannot be "nodeipam" while ${nodeIpam} is not true; ${waysOut}`)];
        }
        if (["lbipam", "nodeipam", "none", "undefined"].includes(ipam)) return [];
        return [problem(input, `is ${quote(ipam)}; allowed are "lbipam", "nodeipam" and "none": ${leaveOut(input)}`)];
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "a value that Gateway API overrules, from Cilium 1.20 on",
      why: "The chart turns it on whatever the value says, because the weights of routes depend on it.",
      source: "https://github.com/cilium/cilium/blob/v1.20.0/install/kubernetes/cilium/templates/cilium-configmap.yaml",
      needs: [],
      releases: ">=1.20.0",
      run: ({ settings, values }) => {
        if (!servesGatewayApi(values)) return [];
        return ["socketLB.hostNamespaceOnly", "bpf.lbAlgorithmAnnotation"]
          .filter((path) => isOff(values, path))
          .map((path) => {
            const input = originOf(settings, path);
            return problem(input, `is false, but the chart turns it on for Gateway API; ${leaveOut(input)}`);
          });
      },
    }),
    valuesCheck({
      title: "Gateways or Ingresses that keep the client's address, with L2 announcements",
      why: "The announcing node drops traffic for which it has no pod. Cilium does not support the two together.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/#limitations",
      needs: [],
      run: ({ settings, values }) => {
        if (!announcesOnLan(values)) return [];
        const policies = [
          { switchedOnBy: "gatewayAPI.enabled", path: "gatewayAPI.externalTrafficPolicy" },
          { switchedOnBy: "ingressController.enabled", path: "ingressController.service.externalTrafficPolicy" },
        ];
        return policies
          .filter(({ switchedOnBy, path }) => isOn(values, switchedOnBy) && valueAt(values, path) === "Local")
          .map(({ path }) => {
            const input = originOf(settings, path);
            return problem(input, `is "Local", which does not work with L2 announcements; ${setTo(input, "Cluster")}`);
          });
      },
    }),
  ],
};

/** Whether a value is true or false, which the chart also accepts as text. A number is reported by the check against its schema. */
function isSwitch(value: unknown): boolean {
  return ["true", "false"].includes(String(value)) || typeof value === "number";
}

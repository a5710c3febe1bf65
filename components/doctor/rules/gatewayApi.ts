import { ciliumMinor, isInRange } from "../../versions/supported.ts";
import { agentDaemonSet, ciliumRelease, isOn } from "../cluster.ts";
import { condition, type Facts, fullName, isTrue, list } from "../facts.ts";
import type { Condition } from "../objects.ts";
import { clusterRule, restartOperator } from "../rule.ts";

const installation = "https://docs.cilium.io/en/stable/network/servicemesh/gateway-api/installation/";
const controller = "io.cilium/gateway-controller";
/** The kinds without which the operator of every release leaves Gateway API off. */
const neededKinds = ["gatewayclasses", "gateways", "httproutes", "grpcroutes", "referencegrants"];

export const gatewayApiRules = [
  clusterRule({
    id: "gateway-api-crds-missing",
    title: "Gateway API CRDs that are missing",
    why: "Cilium's operator looks for them only once, when it starts. Without them Gateways do nothing.",
    remedy: `Install the CRDs of the release that this Cilium needs, then ${restartOperator}.`,
    source: installation,
    run: (facts) => {
      if (!servesGateways(facts)) return [];
      const present = list(facts, "crds").map(({ metadata }) => metadata.name);
      const missing = neededKinds.map((kind) => `${kind}.gateway.networking.k8s.io`).filter((name) => !present.includes(name));
      if (missing.length === 0) return [];
      return [{ problem: `missing: ${missing.join(", ")}` }];
    },
  }),
  clusterRule({
    id: "gateway-api-crds-release",
    title: "Gateway API CRDs of a release that does not fit",
    why: "With an older release Gateways do nothing. With 1.5 and later, the operator of a Cilium before 1.20 ends when it starts.",
    remedy: `Install the CRDs of the release that this Cilium needs, then ${restartOperator}.`,
    source: installation,
    run: (facts) => {
      const release = servesGateways(facts) ? ciliumRelease(facts) : undefined;
      const minor = release === undefined ? undefined : ciliumMinor(release);
      if (minor === undefined) return [];
      const releases = new Set(
        list(facts, "crds")
          .filter(({ metadata }) => neededKinds.some((kind) => metadata.name === `${kind}.gateway.networking.k8s.io`))
          .map(({ metadata }) => metadata.annotations?.["gateway.networking.k8s.io/bundle-version"])
          .filter((version) => version !== undefined),
      );
      const others = [...releases].filter((version) => !isInRange(version, minor.gatewayApiRange));
      if (others.length === 0) return [];
      return [
        {
          problem: `the CRDs are of Gateway API ${others.join(", ")}, and Cilium ${release} works with ${minor.gatewayApiRange} (${minor.gatewayApi})`,
        },
      ];
    },
  }),
  clusterRule({
    id: "gateway-class-missing",
    title: "no GatewayClass of Cilium",
    why: "The chart makes one only if it sees the CRDs, or if it is told to.",
    remedy: 'Apply the manifest of this project again after the CRDs, or set the value gatewayAPI.gatewayClass.create to "true".',
    source: installation,
    run: (facts) => {
      if (!servesGateways(facts) || facts.missingKinds.includes("gatewayClasses")) return [];
      if (ciliumClasses(facts).length > 0) return [];
      return [{ problem: `no GatewayClass has the controllerName ${controller}` }];
    },
  }),
  clusterRule({
    id: "gateway-class-not-accepted",
    title: "a GatewayClass that is not accepted",
    why: "The operator accepts it if it serves Gateway API: it found all CRDs when it started, and Cilium replaces kube-proxy.",
    remedy: `Correct what is reported above it, then ${restartOperator}.`,
    source: installation,
    run: (facts) =>
      ciliumClasses(facts)
        .filter(({ status }) => !isTrue(status?.conditions, "Accepted"))
        .map(({ metadata: { name }, status }) => ({
          problem: `GatewayClass ${name}: ${condition(status?.conditions, "Accepted")?.message || "the operator has not accepted it"}`,
        })),
  }),
  clusterRule({
    id: "gateway-not-programmed",
    title: "a Gateway that is not programmed",
    why: "A Gateway needs an accepted class, valid listeners, and an address for its Service.",
    remedy:
      "Look at it with `kubectl describe gateway`. Its Service is called cilium-gateway-<name>, and its findings are listed with it.",
    source: "https://docs.cilium.io/en/stable/network/servicemesh/gateway-api/gateway-api/",
    run: (facts) => {
      const classes = ciliumClasses(facts).map(({ metadata }) => metadata.name);
      return list(facts, "gateways")
        .filter(({ spec }) => classes.includes(spec?.gatewayClassName ?? ""))
        .filter(({ status }) => !isTrue(status?.conditions, "Programmed"))
        .map((gateway) => ({
          problem: `Gateway ${fullName(gateway)}: ${reasonOf(gateway.status?.conditions) ?? "the operator has not looked at it"}`,
          followsFrom: "gateway-class-not-accepted",
        }));
    },
  }),
];

/** Why a Gateway is not programmed. If it was not even accepted, that message says more. */
function reasonOf(conditions: readonly Condition[] | undefined): string | undefined {
  const [accepted, programmed] = ["Accepted", "Programmed"].map((type) => condition(conditions, type));
  return (accepted?.status === "False" ? accepted : programmed)?.message;
}

function servesGateways(facts: Facts): boolean {
  return agentDaemonSet(facts) !== undefined && isOn(facts, "enable-gateway-api");
}

function ciliumClasses(facts: Facts) {
  return list(facts, "gatewayClasses").filter(({ spec }) => spec?.controllerName === controller);
}

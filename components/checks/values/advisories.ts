import { encryptsBy, routesNatively, servesGatewayApi } from "../../cilium/facts.ts";
import { bypassesHost } from "../../cilium/hostRouting.ts";
import { type HelmValues, isOff, isOn, textAt } from "../../helm/values.ts";
import { problem } from "../../support/problems.ts";
import { advisories, advisoriesFor, type AdvisoryId, advisoryName, nearestFixedRelease } from "../../versions/advisories.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

/** Which settings open a security hole. */
interface Exposure {
  /** Continues "if ...". */
  readonly condition: string;
  readonly isExposed: (values: HelmValues, ciliumVersion: string) => boolean;
}

export const exposures: Readonly<Record<AdvisoryId, Exposure>> = {
  "GHSA-38pp-6gcp-rqvm": {
    condition: "policies are enforced; only a policy with `toGroups` is affected",
    isExposed: enforcesPolicies,
  },
  "GHSA-5r23-prx4-mqg3": {
    condition: "the host firewall is on, with native routing, WireGuard and `encryption.nodeEncryption`",
    isExposed: (values) =>
      isOn(values, "hostFirewall.enabled") &&
      routesNatively(values) &&
      encryptsBy(values, "wireguard") &&
      isOn(values, "encryption.nodeEncryption"),
  },
  "GHSA-hxv8-4j4r-cqgv": {
    condition: "policies are enforced, with endpoint routes, Envoy, and without eBPF host routing",
    isExposed: (values, ciliumVersion) =>
      enforcesPolicies(values) && usesEndpointRoutes(values) && usesEnvoy(values) && !bypassesHost(values, ciliumVersion),
  },
  "GHSA-gj49-89wh-h4gj": {
    condition: "WireGuard is on",
    isExposed: (values) => encryptsBy(values, "wireguard"),
  },
  "GHSA-3fcv-jvfp-m4q9": {
    condition: "`l7Proxy` is not off, so that Envoy runs",
    isExposed: usesEnvoy,
  },
  "GHSA-q6h5-q3q6-f87x": {
    condition: "local redirect policies are on",
    isExposed: (values) => isOn(values, "localRedirectPolicies.enabled") || isOn(values, "localRedirectPolicy"),
  },
  "GHSA-w7c2-w76w-5hmj": {
    condition: "Gateway API is on",
    isExposed: servesGatewayApi,
  },
  "GHSA-33qq-jq9c-6gcc": {
    condition: "mutual authentication with SPIRE is on",
    isExposed: (values) => isOn(values, "authentication.mutual.spire.enabled"),
  },
  "GHSA-xqhm-7xhv-6ppj": {
    condition: "`l7Proxy` is not off, so that Envoy gets the TLS Secrets of Gateways, Ingresses and policies",
    isExposed: usesEnvoy,
  },
  "GHSA-vh48-r624-p8v7": {
    condition: "policies are enforced; only nodes with VLAN interfaces are affected",
    isExposed: enforcesPolicies,
  },
  "GHSA-fm8w-2m5w-9j7r": {
    condition:
      "Kubernetes' own network policies are enforced and `clustermesh.policyDefaultLocalCluster` is not off, the default since 1.19",
    isExposed: (values) =>
      enforcesPolicies(values) &&
      !isOff(values, "k8sNetworkPolicy.enabled") &&
      !isOff(values, "clustermesh.policyDefaultLocalCluster"),
  },
};

function enforcesPolicies(values: HelmValues): boolean {
  // The chart writes the word in lower case.
  return textAt(values, "policyEnforcementMode")?.toLowerCase() !== "never";
}

/** Whether Envoy runs, in a DaemonSet or inside the agent. */
function usesEnvoy(values: HelmValues): boolean {
  return !isOff(values, "l7Proxy");
}

/** The chart turns endpoint routes on for the IPAM of clouds too. */
function usesEndpointRoutes(values: HelmValues): boolean {
  return ["endpointRoutes", "eni", "gke", "azure", "alibabacloud"].some((key) => isOn(values, `${key}.enabled`));
}

export const advisoryChecks: Checks<ValuesSubject> = {
  errors: [],
  warnings: [
    valuesCheck({
      title: "a Cilium with published security holes",
      why: "Releases with fixes exist. The warning names the holes that these settings open first. docs/advisories.md lists all of them.",
      source: "https://github.com/cilium/cilium/security/advisories",
      needs: ["ciliumVersion"],
      run: ({ settings: { ciliumVersion }, values }) => {
        const affecting = advisoriesFor(ciliumVersion);
        if (affecting.length === 0) return [];
        const open = affecting.filter((id) => exposures[id].isExposed(values, ciliumVersion));
        const others = affecting.filter((id) => !open.includes(id));
        const message = [
          `${ciliumVersion} has published security holes`,
          ...(open.length === 0 ? [] : [`these settings open ${open.map(describe).join(", ")}`]),
          ...(others.length === 0
            ? []
            : [`${open.length === 0 ? "these settings" : "they"} do not open ${others.map(advisoryName).join(", ")}`]),
          `use Cilium ${nearestFixedRelease(ciliumVersion)} or later`,
        ];
        return [problem("ciliumVersion", message.join("; "))];
      },
    }),
  ],
};

function describe(id: AdvisoryId): string {
  return `${advisoryName(id)} (${advisories[id].title})`;
}

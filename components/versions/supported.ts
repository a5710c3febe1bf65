import semver from "semver";
import type { GatewayApiRelease } from "./pins.ts";

/** The versions that one minor release of Cilium works with. */
export interface CiliumMinor {
  /** Oldest and newest Kubernetes minor that Cilium's own end-to-end tests cover. */
  readonly kubernetes: { readonly oldest: string; readonly newest: string };
  /** The Gateway API release that the documentation of this Cilium names. */
  readonly gatewayApi: GatewayApiRelease;
  /**
   * The Gateway API releases whose CRDs it works with, as a semver range. With an older one its Gateways do not work, and with 1.5 and later the
   * operator of a Cilium before 1.20 crashes. The range of the newest Cilium ends where nobody has looked.
   */
  readonly gatewayApiRange: string;
  /** `apiVersion` of CiliumLoadBalancerIPPool. */
  readonly ipPool: string;
  /** `apiVersion` of CiliumL2AnnouncementPolicy. */
  readonly l2Policy: string;
}

/**
 * The supported minor releases of Cilium. The Kubernetes versions are those of Cilium's own end-to-end tests, as the source of the release named
 * beside them lists (Documentation/network/kubernetes/compatibility.rst). Kubernetes 1.37 is in none of these lists yet.
 *
 * @see https://docs.cilium.io/en/stable/network/kubernetes/compatibility/
 * @see https://docs.cilium.io/en/stable/network/servicemesh/gateway-api/installation/
 */
export const ciliumMinors: Readonly<Record<string, CiliumMinor>> = {
  "1.18": {
    // The list of 1.18.11.
    kubernetes: { oldest: "1.30", newest: "1.33" },
    gatewayApi: "v1.2.0",
    // The operator of 1.18.4 wants TLSRoute v1alpha2 if there is that kind at all. The CRDs of 1.5.0 name this version and do not serve it.
    gatewayApiRange: ">=1.2.0 <1.5.0",
    ipPool: "cilium.io/v2",
    l2Policy: "cilium.io/v2alpha1",
  },
  "1.19": {
    // The list of 1.19.6.
    kubernetes: { oldest: "1.32", newest: "1.35" },
    gatewayApi: "v1.4.1",
    // The operator of 1.19 asks for the same versions of the kinds as that of 1.18.
    gatewayApiRange: ">=1.2.0 <1.5.0",
    ipPool: "cilium.io/v2",
    l2Policy: "cilium.io/v2alpha1",
  },
  "1.20": {
    // The list of 1.20.2.
    kubernetes: { oldest: "1.33", newest: "1.36" },
    gatewayApi: "v1.6.1",
    // The operator of 1.20.0 wants v1 of seven kinds (operator/pkg/gateway-api/helpers/schemes.go). The standard CRDs of 1.6.3 have the schemas
    // of 1.6.1. Those of 1.7.0 serve the same versions, add the field `retry` to HTTPRoute, and refuse two rules of the same name in a route.
    gatewayApiRange: ">=1.6.1 <1.8.0",
    ipPool: "cilium.io/v2",
    l2Policy: "cilium.io/v2alpha1",
  },
};

/**
 * Oldest and newest Kubernetes minor that each Talos minor runs, as the code of Talos 1.14.1 answers
 * (pkg/machinery/compatibility; test/talos/kubernetesVersions.test.ts asks it).
 *
 * @see https://docs.siderolabs.com/talos/v1.13/getting-started/support-matrix
 */
export const talosMinors: Readonly<Record<string, { readonly oldest: string; readonly newest: string }>> = {
  "1.11": { oldest: "1.29", newest: "1.34" },
  "1.12": { oldest: "1.30", newest: "1.35" },
  "1.13": { oldest: "1.31", newest: "1.36" },
  "1.14": { oldest: "1.32", newest: "1.37" },
};

/** The minor release of a version: `1.18` for `1.18.4`. */
export function minorOf(version: string): string {
  return `${semver.major(version)}.${semver.minor(version)}`;
}

/** Whether a version is in a semver range such as `<1.19.0`. A prerelease counts as the release that it precedes. */
export function isInRange(version: string, range: string): boolean {
  const release = semver.parse(version);
  return release !== null && semver.satisfies(`${release.major}.${release.minor}.${release.patch}`, range);
}

/** Looks up the minor release of a Cilium version. Returns undefined if the version is invalid or not supported. */
export function ciliumMinor(version: string): CiliumMinor | undefined {
  return semver.valid(version) === null ? undefined : ciliumMinors[minorOf(version)];
}

/** Looks up the minor release of a Cilium version that has passed the checks. Throws for any other version. */
export function supportedMinor(version: string): CiliumMinor {
  const minor = ciliumMinor(version);
  if (minor === undefined) throw new Error(`Cilium ${version} is not supported`);
  return minor;
}

/** The URL of the standard CRDs of a Gateway API release. */
export function gatewayApiCrdsUrl(release: string): string {
  return `https://github.com/kubernetes-sigs/gateway-api/releases/download/${release}/standard-install.yaml`;
}

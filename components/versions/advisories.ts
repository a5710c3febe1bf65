import semver from "semver";
import { isInRange } from "./supported.ts";

/** A published security hole of Cilium. */
export interface Advisory {
  /** Not every advisory has one. */
  readonly cve?: string;
  /** What somebody can do, or what is not enforced. */
  readonly title: string;
  /** The affected releases, of the supported minors: from the first to the one before the fix. */
  readonly affected: readonly { readonly from: string; readonly fixed: string }[];
}

/**
 * The published security advisories that affect a release of a supported minor, by their identifier on GitHub, the oldest first. `npm run
 * advisories` compares them with the data of osv.dev.
 *
 * @see https://github.com/cilium/cilium/security/advisories
 */
export const advisories = {
  "GHSA-38pp-6gcp-rqvm": {
    cve: "CVE-2025-64715",
    title: "a policy whose toGroups matches nothing allows all traffic to the outside",
    affected: [{ from: "1.18.0", fixed: "1.18.4" }],
  },
  "GHSA-5r23-prx4-mqg3": {
    cve: "CVE-2026-26963",
    title: "host policies let traffic of pods on other nodes pass",
    affected: [{ from: "1.18.0", fixed: "1.18.6" }],
  },
  "GHSA-hxv8-4j4r-cqgv": {
    cve: "CVE-2026-33726",
    title: "policies are not enforced between a pod and an L7 Service on the same node",
    affected: [
      { from: "1.18.0", fixed: "1.18.8" },
      { from: "1.19.0", fixed: "1.19.2" },
    ],
  },
  "GHSA-gj49-89wh-h4gj": {
    cve: "CVE-2026-41520",
    title: "cilium-bugtool and cilium sysdump copy the private key of WireGuard",
    affected: [
      { from: "1.18.0", fixed: "1.18.9" },
      { from: "1.19.0", fixed: "1.19.3" },
    ],
  },
  "GHSA-3fcv-jvfp-m4q9": {
    cve: "CVE-2026-49445",
    title: "every process of a node can administer Envoy and read its TLS keys",
    affected: [
      { from: "1.18.0", fixed: "1.18.8" },
      { from: "1.19.0", fixed: "1.19.2" },
    ],
  },
  "GHSA-q6h5-q3q6-f87x": {
    cve: "CVE-2026-53935",
    title: "a CiliumLocalRedirectPolicy can take over Services of other namespaces",
    affected: [
      { from: "1.18.2", fixed: "1.18.10" },
      { from: "1.19.0", fixed: "1.19.4" },
    ],
  },
  "GHSA-w7c2-w76w-5hmj": {
    cve: "CVE-2026-56742",
    title: "an HTTPRoute can send copies of requests to Services of other namespaces without a ReferenceGrant",
    affected: [
      { from: "1.18.0", fixed: "1.18.11" },
      { from: "1.19.0", fixed: "1.19.5" },
    ],
  },
  // The three of 2026-08-12: their ranges in 1.18 are those that are published. For 1.19, the source of 1.19.6 has the first two fixes.
  "GHSA-33qq-jq9c-6gcc": {
    title: "a pod can pretend to be another in mutual authentication, by its chain of certificates",
    affected: [
      { from: "1.18.0", fixed: "1.18.12" },
      { from: "1.19.0", fixed: "1.19.6" },
    ],
  },
  "GHSA-xqhm-7xhv-6ppj": {
    title: "a TLS Secret of one namespace can take the place of another's in Envoy, and so evade L7 policies",
    affected: [
      { from: "1.18.0", fixed: "1.18.12" },
      { from: "1.19.0", fixed: "1.19.6" },
    ],
  },
  "GHSA-vh48-r624-p8v7": {
    title: "traffic that arrives on a VLAN interface evades ingress and L7 policies",
    affected: [{ from: "1.18.0", fixed: "1.18.9" }],
  },
  "GHSA-fm8w-2m5w-9j7r": {
    cve: "CVE-2026-56743",
    title: "a NetworkPolicy with an ipBlock also allows traffic from its own namespace",
    affected: [{ from: "1.19.0", fixed: "1.19.5" }],
  },
} as const satisfies Readonly<Record<string, Advisory>>;
export type AdvisoryId = keyof typeof advisories;

/** The advisories that affect a release. */
export function advisoriesFor(ciliumVersion: string): readonly AdvisoryId[] {
  return (Object.keys(advisories) as AdvisoryId[]).filter((id) => fixOf(id, ciliumVersion) !== undefined);
}

/** The nearest later release of the same minor that no advisory affects. For a release that none affects, it is that one. */
export function nearestFixedRelease(ciliumVersion: string): string {
  const fixes = advisoriesFor(ciliumVersion).flatMap((id) => fixOf(id, ciliumVersion) ?? []);
  const [newest] = semver.rsort(fixes);
  return newest === undefined ? ciliumVersion : nearestFixedRelease(newest);
}

/** The release that fixes an advisory in the minor of a release. Undefined if the release is not affected. */
function fixOf(id: AdvisoryId, ciliumVersion: string): string | undefined {
  const { affected }: Advisory = advisories[id];
  return affected.find(({ from, fixed }) => isInRange(ciliumVersion, `>=${from} <${fixed}`))?.fixed;
}

/** The name by which an advisory is known: its CVE, or its identifier on GitHub. */
export function advisoryName(id: AdvisoryId): string {
  const { cve }: Advisory = advisories[id];
  return cve ?? id;
}

/** The page of an advisory. */
export function advisoryPage(id: AdvisoryId): string {
  return `https://github.com/cilium/cilium/security/advisories/${id}`;
}

/** Versions of Talos and Cilium that are known to fail together. */
export interface KnownIncompatibility {
  /** Affected Talos releases, as a semver range. */
  readonly talos: string;
  /** Affected Cilium releases, as a semver range. */
  readonly cilium: string;
  readonly symptom: string;
  readonly remedy: string;
  readonly source: string;
  /** Whether these versions always fail together. Otherwise they only may, and a warning is enough. */
  readonly isCertain: boolean;
}

export const knownIncompatibilities: readonly KnownIncompatibility[] = [
  {
    talos: ">=1.12.2 <1.12.5",
    cilium: "1.18.6 || 1.19.0",
    symptom: "the kernel refuses Cilium's programs, and the node has no network",
    remedy: "use Talos 1.12.5 or another Cilium release",
    source: "https://github.com/cilium/cilium/issues/44216",
    isCertain: true,
  },
  {
    talos: "1.13.9",
    cilium: ">=1.20.1 <1.21.0",
    symptom: "on a fresh node the host may not reach ClusterIPs",
    remedy: "restart the agent of such a node",
    source: "https://github.com/cilium/cilium/issues/48420",
    isCertain: false,
  },
  {
    // Talos 1.11 to 1.14 come with kernels 6.12 and 6.18.
    talos: ">=1.15.0 <2.0.0",
    cilium: ">=1.18.0 <1.18.14 || >=1.19.0 <1.19.8 || >=1.20.0 <1.20.2",
    symptom: "on Linux 7.2 and newer, which this Talos may come with, the agent does not start",
    remedy: "look at the kernel version in the release notes of Talos; Cilium 1.18.14, 1.19.8 and 1.20.2 have the fix",
    source: "https://github.com/cilium/cilium/issues/48016",
    isCertain: false,
  },
];

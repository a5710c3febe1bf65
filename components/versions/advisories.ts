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
    cilium: "1.20.1",
    symptom: "on a fresh node the host may not reach ClusterIPs",
    remedy: "watch the issue, or choose another Cilium release",
    source: "https://github.com/cilium/cilium/issues/48420",
    isCertain: false,
  },
];

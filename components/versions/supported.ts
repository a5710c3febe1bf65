import semver from "semver";

/** What one minor release of Cilium goes together with. */
export interface CiliumMinor {
  /** Oldest and newest Kubernetes minor that Cilium's own end-to-end tests cover. */
  readonly kubernetes: { readonly oldest: string; readonly newest: string };
  /** The Gateway API release that this Cilium was made for. */
  readonly gatewayApi: string;
  /** The releases that it works with at all: from a newer one it crashes, with an older one its Gateways stay dead. */
  readonly gatewayApiRange: string;
  /** `apiVersion` of CiliumLoadBalancerIPPool. */
  readonly ipPool: string;
  /** `apiVersion` of CiliumL2AnnouncementPolicy. */
  readonly l2Policy: string;
}

/**
 * The supported minor releases.
 *
 * @see https://docs.cilium.io/en/stable/network/kubernetes/compatibility/
 * @see https://docs.cilium.io/en/stable/network/servicemesh/gateway-api/installation/
 */
export const ciliumMinors: Readonly<Record<string, CiliumMinor>> = {
  "1.18": {
    kubernetes: { oldest: "1.30", newest: "1.33" },
    gatewayApi: "v1.2.0",
    gatewayApiRange: ">=1.2.0 <1.5.0",
    ipPool: "cilium.io/v2",
    l2Policy: "cilium.io/v2alpha1",
  },
  "1.19": {
    kubernetes: { oldest: "1.32", newest: "1.35" },
    gatewayApi: "v1.4.1",
    gatewayApiRange: ">=1.2.0 <1.5.0",
    ipPool: "cilium.io/v2",
    l2Policy: "cilium.io/v2alpha1",
  },
  "1.20": {
    kubernetes: { oldest: "1.33", newest: "1.36" },
    gatewayApi: "v1.6.1",
    gatewayApiRange: ">=1.6.1",
    ipPool: "cilium.io/v2",
    l2Policy: "cilium.io/v2alpha1",
  },
};

/**
 * Oldest and newest Kubernetes minor of each Talos minor, by Talos' own code.
 *
 * @see https://docs.siderolabs.com/talos/v1.13/getting-started/support-matrix
 */
export const talosMinors: Readonly<Record<string, { readonly oldest: string; readonly newest: string }>> = {
  "1.11": { oldest: "1.29", newest: "1.34" },
  "1.12": { oldest: "1.30", newest: "1.35" },
  "1.13": { oldest: "1.31", newest: "1.36" },
  "1.14": { oldest: "1.32", newest: "1.37" },
};

/** Versions of Talos and Cilium that are known to fail together. */
export interface BadPair {
  /** Ranges as semver has them. */
  readonly talos: string;
  readonly cilium: string;
  readonly what: string;
  readonly way: string;
  readonly source: string;
  /** Whether it fails for sure. */
  readonly certain: boolean;
}

export const badPairs: readonly BadPair[] = [
  {
    talos: ">=1.12.2 <1.12.5",
    cilium: "1.18.6 || 1.19.0",
    what: "the kernel refuses Cilium's programs, and the node has no network",
    way: "take Talos 1.12.5, or another release of Cilium",
    source: "https://github.com/cilium/cilium/issues/44216",
    certain: true,
  },
  {
    talos: "1.13.9",
    cilium: "1.20.1",
    what: "on a fresh node the host may not reach ClusterIPs",
    way: "watch the issue, or take another release of Cilium",
    source: "https://github.com/cilium/cilium/issues/48420",
    certain: false,
  },
];

/** What is pinned of one released chart. */
export interface PinnedChart {
  /** SHA-256 of the chart archive, as the index of the chart repository has it too. */
  readonly sha256: string;
  /** What it takes to render the same bytes from the chart folder in Cilium's source. */
  readonly source?: {
    /** `go.sum` hash of that source as the Go module github.com/cilium/cilium. */
    readonly goModule: string;
    /** Digests of the images built with the release: the archive names them, the source does not. */
    readonly images: { readonly agent: string; readonly operator: string; readonly relay: string };
  };
}

/** The releases whose chart is pinned. Others of a supported minor work too, with a warning that the archive is not checked. */
export const pinnedCharts: Readonly<Record<string, PinnedChart>> = {
  "1.18.4": {
    sha256: "c361ca567b319af64b82736ab4c5927a201b1f5dbae4e909c7aeaabce0571299",
    source: {
      goModule: "h1:/HrbeMmk46UDkJs4uJemIqxB7wuZ+QRMNVscNYua5C8=",
      images: {
        agent: "sha256:49d87af187eeeb9e9e3ec2bc6bd372261a0b5cb2d845659463ba7cc10fe9e45f",
        operator: "sha256:1b22b9ff28affdf574378a70dade4ef835b00b080c2ee2418530809dd62c3012",
        relay: "sha256:6d350cb1c84b847adb152173debef1f774126c69de21a5921a1e6a23b8779723",
      },
    },
  },
  "1.18.12": { sha256: "5923f9d9fcb11bc4692ad52353cc791b935d96e09ba0c535c5a8b88ea8a37572" },
  "1.19.6": {
    sha256: "21c43cf53841f9ab0375047d95aa4c64051ea52bbd2c679416e6408f5f1c9179",
    source: {
      goModule: "h1:2G0yzfral3u6v56dY3tx2pT4U1sbMXDSKTBlGBYgRGo=",
      images: {
        agent: "sha256:0df5b2750b64c49843aba1d649e9eaf61467cb0645ad3171db6f6962c095ac92",
        operator: "sha256:0db4ca4e06969d8904ee036617795d0e9c3228cf7b8d902ba74fc2bb98d2d665",
        relay: "sha256:6782a49e3f28eba015701c4410a5ec7fa096fe9a562f879b4372dbecd827ea44",
      },
    },
  },
  "1.20.0": {
    sha256: "c5f013912360d1a334f44ef25f36da59ba3414cdb48f466ee12d0c4fdff27883",
    source: {
      goModule: "h1:ChjrRtiDjtLKe0FkygGTMxEIUtqQh5lEXZL+bLfeb1I=",
      images: {
        agent: "sha256:383968cd5e8873f7976fa76aa6196045643558f4cc9518a207b9335cb24a0e93",
        operator: "sha256:80744a8cc7c91c2f9e6347629406844eb35d79b30a732c6d41c15b17232a74f3",
        relay: "sha256:2ca16981c7eb98df0ba9c9d18896bb9ca628b5cbd40dc9801339f4741f91ee94",
      },
    },
  },
};

/** `1.18` of `1.18.4`. */
export function minorOf(version: string): string {
  return `${semver.major(version)}.${semver.minor(version)}`;
}

/** The row of a Cilium version, or undefined when there is none. */
export function ciliumMinor(version: string): CiliumMinor | undefined {
  return semver.valid(version) === null ? undefined : ciliumMinors[minorOf(version)];
}

/** SHA-256 of `standard-install.yaml` of each Gateway API release that a supported Cilium wants. */
export const gatewayApiDigests: Readonly<Record<string, string>> = {
  "v1.2.0": "38ed055bb25dc580c0366899c0bed9b9e92dfcd1c180a569133f3946026cf102",
  // Of the file as it is now: it was replaced once after its publication.
  "v1.4.1": "73b91b77f6be023a8c92c969fc664e5bd3b1a28aea59eac9ebc904607354dad2",
  "v1.6.1": "24d931f22abd8e40c973264319ead7cfa09d0fb7716b7ab1ee2ff174cb063a73",
};

/** The row of a Cilium version that the checks of the inputs have let through. */
export function supportedMinor(version: string): CiliumMinor {
  const minor = ciliumMinor(version);
  if (minor === undefined) throw new Error(`Cilium ${version} is not supported`);
  return minor;
}

/** Where the standard CRDs of a Gateway API release are published. */
export function gatewayApiCrdsUrl(release: string): string {
  return `https://github.com/kubernetes-sigs/gateway-api/releases/download/${release}/standard-install.yaml`;
}

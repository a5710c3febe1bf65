// `npm run pin` writes this file (commands/lib/pinsFile.ts). pinnedChart.ts says what the members mean.
//
// The newest release of each minor. Renovate changes these lines when there is a newer one, and `npm run pin` then adds its digests.
// renovate: cilium 1.18.12
// renovate: cilium 1.19.6
// renovate: cilium 1.20.0
import type { PinnedChart } from "./pinnedChart.ts";

/** The releases with a pinned chart. Other releases of a supported minor work too, with a warning that the archive was not checked. */
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
  "1.18.11": {
    sha256: "85ea267d7fb4a7f95fe0775ebad3919658905fb78627541a55e96478c33a8473",
    source: {
      goModule: "h1:8KV/ntPoZ6nRMW1l+AVbvkbvIHJhv2ZiBFJD5MEEthg=",
      images: {
        agent: "sha256:e6945db60ad6d3b384e06ed678dbcee65f57f2f9fdcc64e976e7319f3db2b485",
        operator: "sha256:00d6032de7b3e6ff8a1a990d29beaef5f9d01e40e87dc49b6c9b6c1fe080a327",
        relay: "sha256:6ec25d68c8cc0bf9c5d2f321149016eaa7d4a371475805b0b7fb61bcebad972c",
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

/** SHA-256 of `standard-install.yaml` of each Gateway API release that a supported Cilium needs. */
export const gatewayApiDigests = {
  "v1.2.0": "38ed055bb25dc580c0366899c0bed9b9e92dfcd1c180a569133f3946026cf102",
  "v1.4.1": "73b91b77f6be023a8c92c969fc664e5bd3b1a28aea59eac9ebc904607354dad2",
  "v1.6.1": "24d931f22abd8e40c973264319ead7cfa09d0fb7716b7ab1ee2ff174cb063a73",
} as const;

/** A Gateway API release whose CRDs are pinned. */
export type GatewayApiRelease = keyof typeof gatewayApiDigests;

import semver from "semver";
import type { Problem } from "../../support/problems.ts";
import type { Settings } from "../../inputs/settings.ts";
import { badPairs, ciliumMinor, minorOf, talosMinors } from "../../versions/supported.ts";
import type { Checks } from "../check.ts";

/** The versions against each other. */
export const versionChecks: Checks<Settings> = {
  errors: [
    {
      finds: "a Kubernetes that the Talos does not run",
      because: "talosctl refuses to install or upgrade to it.",
      source: "https://docs.siderolabs.com/talos/v1.13/getting-started/support-matrix",
      in: ({ kubernetesVersion, talos: { version } }) => {
        const talos = semver.coerce(version);
        const kubernetes = semver.coerce(kubernetesVersion);
        const range = talos === null ? undefined : talosMinors[minorOf(talos.version)];
        if (talos === null || kubernetes === null || range === undefined || isWithin(kubernetes.version, range)) return [];
        return [
          {
            input: "kubernetesVersion",
            message: `${kubernetesVersion} does not run on Talos ${talos.version}, which runs ${range.oldest} to ${range.newest}; change one of the two`,
          },
        ];
      },
    },
    {
      finds: "a Talos and a Cilium that are known to fail together",
      because: badPairs
        .filter(({ certain }) => certain)
        .map(toldOf)
        .join(" "),
      source: "https://github.com/cilium/cilium/issues",
      in: (settings) => pairsAmong(settings, true),
    },
  ],
  warnings: [
    {
      finds: "a Kubernetes that this Cilium was not tested with",
      because: "It often works, but nobody has tried it before a release.",
      source: "https://docs.cilium.io/en/stable/network/kubernetes/compatibility/",
      in: ({ ciliumVersion, kubernetesVersion }) => {
        const range = ciliumMinor(ciliumVersion)?.kubernetes;
        const version = semver.coerce(kubernetesVersion);
        if (range === undefined || version === null || isWithin(version.version, range)) return [];
        return [
          {
            input: "kubernetesVersion",
            message: `${kubernetesVersion} is not among those that Cilium ${minorOf(ciliumVersion)} is tested with, ${range.oldest} to ${range.newest}; it may well work`,
          },
        ];
      },
    },
    {
      finds: "a Talos that is not known yet",
      because: "Nothing can be said of it.",
      source: "https://docs.siderolabs.com/talos/v1.13/getting-started/support-matrix",
      in: ({ talos: { version } }) => {
        const talos = semver.coerce(version);
        if (talos === null || minorOf(talos.version) in talosMinors) return [];
        const known = Object.keys(talosMinors).join(", ");
        return [{ input: "talos.version", message: `${talos.version} is of ${minorOf(talos.version)}; known are ${known}` }];
      },
    },
    {
      finds: "a Talos and a Cilium that may fail together",
      because: badPairs
        .filter(({ certain }) => !certain)
        .map(toldOf)
        .join(" "),
      source: "https://github.com/cilium/cilium/issues",
      in: (settings) => pairsAmong(settings, false),
    },
    {
      finds: "pools with a Cilium 1.19 before 1.19.6 while the addresses of the nodes are not known",
      because: "A pool that holds a node's address cuts the node off from everything but the Service, and nobody can check it.",
      source: "https://github.com/cilium/cilium/issues/44430",
      in: ({ ciliumVersion, loadBalancer, lan }) =>
        semver.satisfies(ciliumVersion, ">=1.19.0 <1.19.6") && loadBalancer.ipPools.length > 0 && lan.nodes.length === 0
          ? [
              {
                input: "lan.nodes",
                message: `is empty, and with Cilium ${ciliumVersion} a pool that holds a node's address cuts that node off; name the nodes, or take 1.19.6`,
              },
            ]
          : [],
    },
  ],
};

function isWithin(version: string, { oldest, newest }: { readonly oldest: string; readonly newest: string }): boolean {
  return semver.satisfies(version, `${oldest} - ${newest}`, { includePrerelease: true });
}

function toldOf({ talos, cilium, what, source }: (typeof badPairs)[number]): string {
  return `Talos ${talos} with Cilium ${cilium}: ${what} (${source}).`;
}

function pairsAmong({ ciliumVersion, talos: { version } }: Settings, certain: boolean): readonly Problem[] {
  // Of a minor alone nobody knows which release it is.
  const exact = semver.parse(version);
  if (exact === null || semver.valid(ciliumVersion) === null) return [];
  return badPairs
    .filter((pair) => pair.certain === certain)
    .filter((pair) => semver.satisfies(exact, pair.talos) && semver.satisfies(ciliumVersion, pair.cilium))
    .map(({ what, way, source }) => ({
      input: "talos.version",
      message: `${exact.version} with Cilium ${ciliumVersion}: ${what}; ${way} (${source})`,
    }));
}

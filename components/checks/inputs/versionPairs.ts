import semver from "semver";
import type { Settings } from "../../inputs/settings.ts";
import { type Problem, problem } from "../../support/problems.ts";
import { knownIncompatibilities, type KnownIncompatibility } from "../../versions/advisories.ts";
import { ciliumMinor, isInRange, minorOf, talosMinors } from "../../versions/supported.ts";
import { setTo } from "../advice.ts";
import { type Checks, inputCheck } from "../check.ts";

const certainFailures = knownIncompatibilities.filter(({ isCertain }) => isCertain);
const possibleFailures = knownIncompatibilities.filter(({ isCertain }) => !isCertain);

export const versionPairChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "a Kubernetes version that this Talos does not run",
      why: "talosctl refuses to install it or to upgrade to it.",
      source: "https://docs.siderolabs.com/talos/v1.13/getting-started/support-matrix",
      needs: ["kubernetesVersion", "talos"],
      run: ({ kubernetesVersion, talos: { version } }) => {
        const talos = semver.coerce(version);
        const kubernetes = semver.coerce(kubernetesVersion);
        const range = talos === null ? undefined : talosMinors[minorOf(talos.version)];
        if (talos === null || kubernetes === null || range === undefined || isWithin(kubernetes.version, range)) return [];
        return [
          problem(
            "kubernetesVersion",
            `${kubernetesVersion} does not run on Talos ${talos.version}, which runs ${range.oldest} to ${range.newest}; ` +
              `${setTo("kubernetesVersion", range.newest)}, or choose another Talos`,
          ),
        ];
      },
    }),
    inputCheck({
      title: "a Talos and a Cilium that are known to fail together",
      why: certainFailures.map(describe).join(" "),
      source: "https://github.com/cilium/cilium/issues",
      needs: ["ciliumVersion", "talos"],
      run: (settings) => incompatibilityProblems(settings, certainFailures),
    }),
  ],
  warnings: [
    inputCheck({
      title: "a Kubernetes version that this Cilium was not tested with",
      why: "It often works, but Cilium's own tests do not cover it.",
      source: "https://docs.cilium.io/en/stable/network/kubernetes/compatibility/",
      needs: ["ciliumVersion", "kubernetesVersion"],
      run: ({ ciliumVersion, kubernetesVersion }) => {
        const range = ciliumMinor(ciliumVersion)?.kubernetes;
        const version = semver.coerce(kubernetesVersion);
        if (range === undefined || version === null || isWithin(version.version, range)) return [];
        return [
          problem(
            "kubernetesVersion",
            `Cilium ${minorOf(ciliumVersion)} is tested with ${range.oldest} to ${range.newest}, not with ${kubernetesVersion}; it may well work`,
          ),
        ];
      },
    }),
    inputCheck({
      title: "a Talos version that is not known yet",
      why: "Nothing is known about how it works with Cilium or Kubernetes.",
      source: "https://docs.siderolabs.com/talos/v1.13/getting-started/support-matrix",
      needs: ["talos"],
      run: ({ talos: { version } }) => {
        const talos = semver.coerce(version);
        if (talos === null || minorOf(talos.version) in talosMinors) return [];
        const known = Object.keys(talosMinors).join(", ");
        return [
          problem(
            "talos.version",
            `${talos.version} is a release of ${minorOf(talos.version)}, and known are ${known}; whether it runs this Kubernetes is not checked`,
          ),
        ];
      },
    }),
    inputCheck({
      title: "a Talos and a Cilium that may fail together",
      why: possibleFailures.map(describe).join(" "),
      source: "https://github.com/cilium/cilium/issues",
      needs: ["ciliumVersion", "talos"],
      run: (settings) => incompatibilityProblems(settings, possibleFailures),
    }),
    inputCheck({
      title: "pools with a Cilium 1.19 before 1.19.6, without the addresses of the nodes",
      why: "A pool that contains a node's address cuts the node off from everything but the Service, and nothing can check that.",
      source: "https://github.com/cilium/cilium/issues/44430",
      needs: ["ciliumVersion", "loadBalancer", "lan"],
      run: ({ ciliumVersion, loadBalancer, lan }) => {
        const isAffected = isInRange(ciliumVersion, ">=1.19.0 <1.19.6");
        if (!isAffected || loadBalancer.ipPools.length === 0 || lan.nodes.length > 0) return [];
        return [
          problem(
            "lan.nodes",
            `is empty, and with Cilium ${ciliumVersion} a pool that contains a node's address cuts that node off; name the nodes, or use Cilium 1.19.6`,
          ),
        ];
      },
    }),
  ],
};

function isWithin(version: string, { oldest, newest }: { readonly oldest: string; readonly newest: string }): boolean {
  return semver.satisfies(version, `${oldest} - ${newest}`, { includePrerelease: true });
}

function describe({ talos, cilium, symptom, source }: KnownIncompatibility): string {
  return `Talos ${talos} with Cilium ${cilium}: ${symptom} (${source}).`;
}

function incompatibilityProblems(
  { ciliumVersion, talos }: Pick<Settings, "ciliumVersion" | "talos">,
  incompatibilities: readonly KnownIncompatibility[],
): readonly Problem[] {
  // A minor version such as 1.13 does not tell which release runs.
  const talosRelease = semver.parse(talos.version);
  if (talosRelease === null || semver.valid(ciliumVersion) === null) return [];
  return incompatibilities
    .filter(({ talos: range }) => isInRange(talosRelease.version, range))
    .filter(({ cilium: range }) => isInRange(ciliumVersion, range))
    .map(({ symptom, remedy, source }) =>
      problem("talos.version", `${talosRelease.version} with Cilium ${ciliumVersion}: ${symptom}; ${remedy} (${source})`),
    );
}

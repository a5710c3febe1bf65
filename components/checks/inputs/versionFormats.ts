import semver from "semver";
import { inputDefaults, type Settings } from "../../inputs/settings.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { ciliumMinor, ciliumMinors } from "../../versions/supported.ts";
import { type Checks, inputCheck } from "../check.ts";

const minorOrPatch = /^v?1\.\d{1,3}(?:\.\d{1,3}(?:-[0-9A-Za-z.-]+)?)?$/;

export const versionFormatChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "a Cilium version that is not supported",
      why: "Values and their effects differ from one minor release to the next. Each supported one is tested on its real chart.",
      source: "https://github.com/cilium/cilium/releases",
      needs: ["ciliumVersion"],
      run: ({ ciliumVersion }) => {
        const supported = `supported are releases of ${Object.keys(ciliumMinors).join(", ")}`;
        if (semver.valid(ciliumVersion) !== ciliumVersion) {
          return [problem("ciliumVersion", `${quote(ciliumVersion)} is not a release such as 1.19.6; ${supported}`)];
        }
        if (ciliumMinor(ciliumVersion) !== undefined) return [];
        return [
          problem("ciliumVersion", `${ciliumVersion} is not supported; ${supported}, such as ${inputDefaults.ciliumVersion}`),
        ];
      },
    }),
    inputCheck({
      title: "an invalid Kubernetes version",
      why: "The chart renders for this version, and other checks look it up.",
      source: "https://helm.sh/docs/helm/helm_template/",
      needs: ["kubernetesVersion", "ciliumVersion"],
      run: ({ kubernetesVersion, ciliumVersion }) => {
        // The default is empty if the Cilium version is not supported.
        const isMissingDefault = kubernetesVersion === "" && ciliumMinor(ciliumVersion) === undefined;
        if (minorOrPatch.test(kubernetesVersion) || isMissingDefault) return [];
        return [problem("kubernetesVersion", `${quote(kubernetesVersion)} is not a version such as 1.33 or 1.33.2`)];
      },
    }),
    inputCheck({
      title: "an invalid Talos version",
      why: "Other checks look it up, and it decides the form of the machine config patches.",
      source: "https://docs.siderolabs.com/talos/v1.13/getting-started/support-matrix",
      needs: ["talos"],
      run: ({ talos }) => [
        ...talosVersionProblems("talos.configContract", talos.configContract),
        ...talosVersionProblems("talos.version", talos.version),
      ],
    }),
  ],
  warnings: [],
};

function talosVersionProblems(input: string, version: string | undefined): readonly Problem[] {
  if (version === undefined || minorOrPatch.test(version)) return [];
  return [problem(input, `${quote(version)} is not a Talos version such as 1.13`)];
}

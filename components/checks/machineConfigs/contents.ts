import { problem, quote } from "../../support/problems.ts";
import { hasKubernetesDocuments, inlineManifestNames } from "../../talos/machineConfig.ts";
import { patchCommands } from "../../talos/patchCommand.ts";
import { allOf, setTo, withoutMachines } from "../advice.ts";
import { type Checks, machineConfigCheck, type MachineConfigSubject } from "../check.ts";

export const machineConfigContentChecks: Checks<MachineConfigSubject> = {
  errors: [
    machineConfigCheck({
      title: "a machine config that is not valid YAML",
      why: "Talos refuses it, and nothing in it can be checked.",
      source: "https://docs.siderolabs.com/talos/v1.13/reference/configuration/overview",
      needs: ["talos"],
      run: ({ input, config: { fault } }) => {
        if (fault === undefined) return [];
        return [problem(input, `${fault}; give the machine config as talosctl or talos.machine.getConfiguration writes it`)];
      },
    }),
    machineConfigCheck({
      title: "a machine config that already contains Cilium",
      why: "Talos refuses two inline manifests with the same name, and two Ciliums fight each other.",
      source: "https://docs.siderolabs.com/kubernetes-guides/advanced-guides/inlinemanifests",
      needs: ["talos"],
      run: ({ input, config: { inlineManifests, ciliumManifests, manifestUrls } }) => {
        const duplicates = Object.values(inlineManifestNames)
          .filter((name) => inlineManifests.includes(name))
          .map((name) =>
            problem(
              input,
              `already has an inline manifest "${name}", and Talos refuses a second one of that name; remove it from ` +
                "cluster.inlineManifests, or its KubeInlineManifestConfig, and give the config as it is without Cilium: the component adds it",
            ),
          );
        const names: readonly string[] = Object.values(inlineManifestNames);
        const others = ciliumManifests
          .filter((name) => !names.includes(name))
          .map((name) =>
            problem(
              input,
              `has an inline manifest ${quote(name)}, which installs Cilium too; remove it from cluster.inlineManifests, or its ` +
                "KubeInlineManifestConfig",
            ),
          );
        const downloads = manifestUrls
          .filter(isCilium)
          .map((url) =>
            problem(input, `also loads Cilium from ${publicPart(url)}; remove this line from cluster.extraManifests`),
          );
        return [...duplicates, ...others, ...downloads];
      },
    }),
    machineConfigCheck({
      title: "a machine in the list of the other machine type",
      why: "Only control planes install manifests. A control plane in the list of the workers gets no Cilium, and a worker installs none.",
      source: "https://docs.siderolabs.com/kubernetes-guides/advanced-guides/inlinemanifests",
      needs: ["talos"],
      run: ({ input, isControlPlane, config: { machineType } }) => {
        const [list, otherList] = isControlPlane ? ["controlPlanes", "workers"] : ["workers", "controlPlanes"];
        const other = isControlPlane ? "worker" : "controlplane";
        if (machineType !== other) return [];
        return [problem(input, `is of type ${other}, so the machine belongs in talos.${otherList}, not in talos.${list}`)];
      },
    }),
    machineConfigCheck({
      title: "a machine config with parts that are newer than the Talos provider",
      why: "The Talos provider 0.8.1 contains the code of Talos 1.13.0, which refuses a config with anything that it does not know.",
      source: "https://github.com/pulumiverse/pulumi-talos/releases/tag/v0.8.1",
      needs: ["talos"],
      run: ({ input, config: { newerParts }, settings }) => {
        // Such a contract is a problem of its own.
        const [part] = newerParts;
        if (part === undefined || hasKubernetesDocuments(settings)) return [];
        return [
          problem(
            input,
            `contains ${quote(part)}, which the Talos provider 0.8.1 does not know (it contains Talos 1.13.0); generate the config with ` +
              'talosVersion "v1.13", whose form newer Talos accepts too, and without what only newer Talos has, or ' +
              `${allOf(withoutMachines, setTo("talos.configContract", "1.14"))} and apply the output machineConfigPatches yourself, from files as in docs/getting-started/machine-config.md ` +
              `(${patchCommands(settings).join("; ")})`,
          ),
        ];
      },
    }),
  ],
  warnings: [
    machineConfigCheck({
      title: "a machine config that loads another CNI",
      why:
        "The patch takes the CNI out of the config, but Talos deletes no objects of a running cluster for that. Two CNIs fight for the " +
        "interfaces of each pod.",
      source: "https://docs.siderolabs.com/kubernetes-guides/cni/deploying-cilium",
      needs: ["talos"],
      run: ({ input, isControlPlane, config: { cniUrls } }) => {
        // A worker's config loads nothing. The patch replaces a Cilium.
        if (!isControlPlane) return [];
        return cniUrls
          .filter((url) => !isCilium(url))
          .map((url) =>
            problem(
              input,
              `loads another CNI from ${publicPart(url)}, and Cilium replaces it; if the cluster runs already, delete the objects of that ` +
                "CNI there, and then remove cluster.network.cni from the config",
            ),
          );
      },
    }),
  ],
};

function isCilium(url: string): boolean {
  return /cilium/i.test(url);
}

/** A URL without what may be secret in it: user, password and query. */
function publicPart(url: string): string {
  if (!URL.canParse(url)) return "a URL that is not valid";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

import { shown } from "../../support/problems.ts";
import type { Settings } from "../../inputs/settings.ts";
import { configProblems, machinesOf, separatesKubernetes, usesKubePrism } from "../../talos/machineConfig.ts";
import { ciliumMinor, gatewayApiCrdsUrl } from "../../versions/supported.ts";
import type { Checks } from "../check.ts";

/** The machines, and how Talos takes what is for them. */
export const machineConfigChecks: Checks<Settings> = {
  errors: [
    {
      finds: "machines without the delivery that configures them",
      because: "They would be left as they are, without a word.",
      source: "docs/inputs.md",
      in: ({ delivery, talos }) =>
        delivery === "machineConfig" || machinesOf({ talos }).length === 0
          ? []
          : [
              {
                input: "talos",
                message: `names machines, but delivery ${shown(delivery)} configures none; set delivery to "machineConfig", or leave them out`,
              },
            ],
    },
    {
      finds: "a machine config that has Cilium already",
      because: "Talos takes no inline manifest of the same name twice, and two of Cilium fight each other.",
      source: "https://docs.siderolabs.com/kubernetes-guides/advanced-guides/inlinemanifests",
      in: ({ talos }) =>
        machinesOf({ talos }).flatMap(({ machineConfiguration, input }) =>
          // What is an Output is looked at when it is known.
          typeof machineConfiguration === "string" ? configProblems(machineConfiguration, `${input}.machineConfiguration`) : [],
        ),
    },
    {
      finds: "machines whose config is of Talos 1.14",
      because: "The Talos provider 0.8.1 has the code of Talos 1.13, which does not know these documents.",
      source: "https://github.com/pulumiverse/pulumi-talos/releases/tag/v0.8.1",
      in: (settings) =>
        separatesKubernetes(settings) && machinesOf(settings).length > 0
          ? [
              {
                input: "talos.configContract",
                message:
                  `is ${settings.talos.configContract}, and the Talos provider 0.8.1 knows no config of 1.14 (its own Talos is 1.13); leave ` +
                  "talos.controlPlanes and talos.workers out and apply the output machineConfigPatches with talosctl, or generate the " +
                  'config with talosVersion "v1.13", whose form newer Talos takes as well',
              },
            ]
          : [],
    },
    {
      finds: "another port of KubePrism than the one in a config of Talos 1.14",
      because: "There KubePrism stays as it was generated.",
      source: "https://docs.siderolabs.com/kubernetes-guides/advanced-guides/kubeprism",
      in: (settings) =>
        settings.delivery === "machineConfig" &&
        separatesKubernetes(settings) &&
        usesKubePrism(settings) &&
        settings.kubePrism.port !== 7445
          ? [
              {
                input: "kubePrism.port",
                message: `is ${settings.kubePrism.port}; in a config of Talos 1.14 KubePrism stays as it was generated, at 7445: leave the port out`,
              },
            ]
          : [],
    },
    {
      finds: "machines without the client configuration",
      because: "No machine takes a config of one who cannot prove who he is.",
      source: "https://www.pulumi.com/registry/packages/talos/api-docs/machine/configurationapply/",
      in: ({ talos }) =>
        machinesOf({ talos }).length > 0 && talos.clientConfiguration === undefined
          ? [
              {
                input: "talos.clientConfiguration",
                message:
                  "is missing, and no machine takes a config without it; give clientConfiguration of talos.machine.Secrets",
              },
            ]
          : [],
    },
  ],
  warnings: [
    {
      finds: "Gateway API without its CRDs, where they could be installed",
      because: "The operator looks for them once, when it starts.",
      source: "https://docs.cilium.io/en/stable/network/servicemesh/gateway-api/gateway-api/",
      in: ({ delivery, ciliumVersion, gatewayApi }) => {
        const minor = ciliumMinor(ciliumVersion);
        if (minor === undefined || delivery === "manifest" || !gatewayApi.enabled || gatewayApi.installCrds) return [];
        return [
          {
            input: "gatewayApi.installCrds",
            message:
              "is false, so the CRDs have to be in the cluster before Cilium's operator starts, which looks for them once: " +
              gatewayApiCrdsUrl(minor.gatewayApi),
          },
        ];
      },
    },
  ],
};

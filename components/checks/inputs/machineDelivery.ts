import type { Settings } from "../../inputs/settings.ts";
import { problem, quote } from "../../support/problems.ts";
import { hasKubernetesDocuments } from "../../talos/machineConfig.ts";
import { namedMachines } from "../../talos/machines.ts";
import { patchCommands } from "../../talos/patchCommand.ts";
import { anyOf, setTo, withoutMachines } from "../advice.ts";
import { type Checks, inputCheck } from "../check.ts";

export const machineDeliveryChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "machines with a delivery that does not configure them",
      why: "They would silently stay as they are.",
      source: "docs/inputs.md",
      needs: ["delivery", "talos"],
      run: ({ delivery, talos }) => {
        if (delivery === "machineConfig" || namedMachines({ talos }).length === 0) return [];
        return [
          problem(
            "talos",
            `lists machines, but delivery ${quote(delivery)} does not configure them; ` +
              anyOf([setTo("delivery", "machineConfig"), withoutMachines]),
          ),
        ];
      },
    }),
    inputCheck({
      title: "machines whose config is of Talos 1.14",
      why: "The Talos provider 0.8.1 contains the code of Talos 1.13, which does not know these documents.",
      source: "https://github.com/pulumiverse/pulumi-talos/releases/tag/v0.8.1",
      needs: ["talos"],
      run: ({ talos }) => {
        if (!hasKubernetesDocuments({ talos }) || namedMachines({ talos }).length === 0) return [];
        return [
          problem(
            "talos.configContract",
            `is ${talos.configContract}, and the Talos provider 0.8.1 supports no config of 1.14 (it contains Talos 1.13); ` +
              `${withoutMachines} and apply the output machineConfigPatches yourself, from files as in docs/getting-started/machine-config.md (${patchCommands({ talos }).join("; ")}), or ` +
              'generate the config with talosVersion "v1.13", whose form newer Talos accepts too',
          ),
        ];
      },
    }),
    inputCheck({
      title: "machines without the client configuration",
      why: "A machine accepts a config only from a client that can authenticate itself.",
      source: "https://www.pulumi.com/registry/packages/talos/api-docs/machine/configurationapply/",
      needs: ["talos"],
      run: ({ talos }) => {
        if (namedMachines({ talos }).length === 0 || talos.clientConfiguration !== undefined) return [];
        return [
          problem(
            "talos.clientConfiguration",
            "is missing, and no machine accepts a config without it; give clientConfiguration of talos.machine.Secrets",
          ),
        ];
      },
    }),
  ],
  warnings: [],
};

import type { Settings } from "../../inputs/settings.ts";
import { problem, quote } from "../../support/problems.ts";
import { anyOf, leaveOut, setTo } from "../advice.ts";
import { type Checks, inputCheck } from "../check.ts";

export const talosSyncChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "a sync without control planes",
      why: "Talos syncs the manifests that are in the config of a control plane.",
      source: "docs/upgrading.md",
      needs: ["talos"],
      run: ({ talos }) => {
        if (!talos.sync || talos.controlPlanes.length > 0) return [];
        return [
          problem(
            "talos.sync",
            "is true, but talos.controlPlanes is empty, and only machines that this stack configures can be synced; list the control planes " +
              `(delivery "machineConfig"), or ${leaveOut("talos.sync")}`,
          ),
        ];
      },
    }),
    inputCheck({
      title: "a sync without the exact Kubernetes version",
      why: "A sync to another version than the one that runs upgrades or downgrades Kubernetes.",
      source: "https://docs.siderolabs.com/kubernetes-guides/advanced-guides/upgrading-kubernetes",
      needs: ["talos", "kubernetesVersion"],
      run: ({ talos, kubernetesVersion }) => {
        // Other texts are refused by another check.
        if (!talos.sync || !/^v?\d+\.\d+$/.test(kubernetesVersion)) return [];
        return [
          problem(
            "kubernetesVersion",
            `is missing or has no patch release (${quote(kubernetesVersion)}), and talos.sync needs the exact version that runs, such as ` +
              `${kubernetesVersion}.2; \`kubectl version\` shows it as the server version; ${leaveOut("talos.sync")} if you do not know it`,
          ),
        ];
      },
    }),
    inputCheck({
      title: "a sync of staged machine configs",
      why: "A staged config is used after the next reboot, so Talos would sync the manifests from before.",
      source:
        "https://docs.siderolabs.com/talos/v1.13/configure-your-talos-cluster/system-configuration/editing-machine-configuration",
      needs: ["talos"],
      run: ({ talos }) => {
        if (!talos.sync || talos.applyMode !== "staged") return [];
        return [
          problem(
            "talos.applyMode",
            'is "staged", so no machine uses the new manifests before it reboots, and talos.sync would sync the old ones; ' +
              anyOf([setTo("talos.applyMode", "staged_if_needing_reboot"), leaveOut("talos.sync")]),
          ),
        ];
      },
    }),
  ],
  warnings: [],
};

import { addressChecks } from "./addresses.ts";
import { chartValueChecks } from "./chartValues.ts";
import { deliveryChecks } from "./delivery.ts";
import { inputChecks } from "./inputs.ts";
import { announcementChecks, policyChecks } from "./l2.ts";
import { machineConfigChecks } from "./machineConfig.ts";
import { valueChecks } from "./values.ts";
import { versionChecks } from "./versions.ts";

/** Every check, by what it looks at. */
export const allChecks = {
  "Each input by itself": inputChecks,
  "The addresses against each other": addressChecks,
  "The versions against each other": versionChecks,
  "The values against what the chart knows": chartValueChecks,
  "The values against each other, and against Talos": valueChecks,
  "The announcement policies": policyChecks,
  "The announcement policies and the values": announcementChecks,
  "The machine configs": machineConfigChecks,
  "What was rendered, and the way to the cluster": deliveryChecks,
} as const;

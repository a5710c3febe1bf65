import { addressChecks } from "./inputs/addresses.ts";
import { chartValueChecks } from "./chart/chartValues.ts";
import { deliveryChecks } from "./rendering/delivery.ts";
import { inputChecks } from "./inputs/formats.ts";
import { announcementChecks, policyChecks } from "./values/l2Announcements.ts";
import { machineConfigChecks } from "./inputs/machineConfigs.ts";
import { machineChecks } from "./inputs/machines.ts";
import { routingChecks } from "./values/routing.ts";
import { valueChecks } from "./values/features.ts";
import { versionChecks } from "./inputs/versions.ts";

/** The checks of the inputs alone. */
export const checksOfInputs = {
  "Each input by itself": inputChecks,
  "The addresses against each other": addressChecks,
  "The versions against each other": versionChecks,
  "The announcement policies": policyChecks,
  "The machines": machineChecks,
  "The machine configs": machineConfigChecks,
} as const;

/** The checks of the values that the inputs make. */
export const checksOfValues = {
  "Routing and masquerading": routingChecks,
  "The values against each other, and against Talos": valueChecks,
  "The announcement policies and the values": announcementChecks,
} as const;

/** The checks of the user's values for the chart at hand. */
export const checksOfChart = { "The values against what the chart knows": chartValueChecks } as const;

/** The checks of what was rendered. */
export const checksOfRendering = { "What was rendered, and the way to the cluster": deliveryChecks } as const;

/** Every check, by what it looks at. */
export const allChecks = { ...checksOfInputs, ...checksOfValues, ...checksOfChart, ...checksOfRendering } as const;

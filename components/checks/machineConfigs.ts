import { redactSecrets } from "../inputs/secretValues.ts";
import { readExistingConfig } from "../talos/existingConfig.ts";
import type { NamedMachine } from "../talos/machines.ts";
import { machineConfigChecks } from "./catalog.ts";
import type { ValuesSubject } from "./check.ts";
import { type Findings, runChecks } from "./run.ts";

/**
 * Checks the config of a machine against inputs and values, except against the inputs in `unusable`. A config that is text is checked with the
 * inputs, an Output as soon as its value is known.
 */
export function checkMachineConfig(
  { settings, values }: ValuesSubject,
  { input, isControlPlane }: Pick<NamedMachine, "input" | "isControlPlane">,
  text: string,
  unusable?: ReadonlySet<string>,
): Findings {
  const machineConfig = { input: `${input}.machineConfiguration`, isControlPlane, config: readExistingConfig(text) };
  return redactSecrets(settings.secretValues, () =>
    runChecks(machineConfigChecks, { settings, values, ...machineConfig }, unusable),
  );
}

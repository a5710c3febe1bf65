import type { Settings } from "../inputs/settings.ts";
import { type ExistingConfig, readExistingConfig } from "./existingConfig.ts";
import { namedMachines } from "./machines.ts";

/**
 * Whether Talos' own DNS answers the DNS of the cluster. The input decides, then the machine config, without one those of all machines. Talos'
 * default for new configs is on, so a config that says nothing counts as on: if that is wrong, an input is refused that would work, but no
 * cluster loses its DNS.
 */
export function forwardsKubeDns({ talos }: Pick<Settings, "talos">, config?: Pick<ExistingConfig, "forwardsKubeDns">): boolean {
  if (talos.forwardKubeDNSToHost !== undefined) return talos.forwardKubeDNSToHost;
  if (config !== undefined) return config.forwardsKubeDns ?? true;
  const configs = namedMachines({ talos }).map(({ machineConfiguration }) => machineConfiguration);
  // The value of an Output is not known yet.
  const isOff = (text: unknown) => typeof text === "string" && readExistingConfig(text).forwardsKubeDns === false;
  return configs.length === 0 || !configs.every(isOff);
}

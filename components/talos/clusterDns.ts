import type { Settings } from "../inputs/settings.ts";
import type { ExistingConfig } from "./existingConfig.ts";

/**
 * Whether Talos' own DNS answers the DNS of the cluster. The input decides, then the machine config. Talos' default for new configs is on, so
 * a config that says nothing counts as on: if that is wrong, an input is refused that would work, but no cluster loses its DNS.
 */
export function forwardsKubeDns({ talos }: Pick<Settings, "talos">, config?: Pick<ExistingConfig, "forwardsKubeDns">): boolean {
  return talos.forwardKubeDNSToHost ?? config?.forwardsKubeDns ?? true;
}

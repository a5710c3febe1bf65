import { machineDeliveryChecks } from "../../../../components/checks/inputs/machineDelivery.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const machine = (machineConfiguration: string): TalosCiliumCniArgs => ({
  delivery: "machineConfig",
  talos: { clientConfiguration: {} as never, controlPlanes: [{ node: "192.168.1.10", machineConfiguration }] },
});

testExamples(machineDeliveryChecks, {
  "machines with a delivery that does not configure them": [
    [
      { ...machine("{}"), delivery: "manifest" },
      /^talos: lists machines, but delivery "manifest" does not configure them; set delivery to "machineConfig"/,
    ],
  ],
  "machines whose config is of Talos 1.14": [
    [
      { ...machine("{}"), talos: { ...machine("{}").talos, configContract: "1.14" } },
      /^talos\.configContract: is 1\.14, and the Talos provider 0\.8\.1 supports no config of 1\.14 .* \(talosctl patch machineconfig --nodes 192\.168\.1\.10 --patch @controlplane-cilium\.yaml\), or generate/,
    ],
  ],
  "machines without the client configuration": [
    [
      { delivery: "machineConfig", talos: { controlPlanes: [{ node: "a", machineConfiguration: "{}" }] } },
      /^talos\.clientConfiguration: is missing/,
    ],
  ],
});

import { machineChecks } from "../../../../components/checks/inputs/machines.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import type { TalosMachine } from "../../../../components/inputs/talosArgs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const machines = (...controlPlanes: readonly Partial<TalosMachine>[]): TalosCiliumCniArgs => ({
  delivery: "machineConfig",
  talos: {
    clientConfiguration: {} as never,
    controlPlanes: controlPlanes.map((machine) => ({ node: "192.168.1.10", machineConfiguration: "{}", ...machine })),
  },
});

testExamples(machineChecks, {
  "a machine name that is not a DNS subdomain": [
    [
      machines({ name: "CP 1" }),
      /^talos\.controlPlanes\[0\]\.name: is "CP 1"; write it with lower case letters, digits, "-" and "\.", such as cp-1$/,
    ],
  ],
  "two machines with the same name": [
    [
      machines({ name: "cp" }, { name: "cp", node: "192.168.1.11" }),
      /^talos\.controlPlanes\[1\]\.name: is "cp", which is also the name of talos\.controlPlanes\[0\]; names are unique$/,
    ],
    [
      machines({ name: "control-plane-1" }, { node: "192.168.1.11" }),
      /^talos\.controlPlanes\[1\]: has no name, and its position gives it the name "control-plane-1", which talos\.controlPlanes\[0\] has already; give/,
    ],
  ],
  "one machine listed twice": [
    [
      machines({}, {}),
      /^talos\.controlPlanes\[1\]\.node: is "192\.168\.1\.10", which is also talos\.controlPlanes\[0\]\.node; list each machine once$/,
    ],
    [machines({ node: "fd00::a" }, { node: "fd00:0::A" }), /^talos\.controlPlanes\[1\]\.node: is "fd00:0::A", which is also/],
    [machines({ node: "cp.home" }, { node: "CP.home" }), /^talos\.controlPlanes\[1\]\.node: is "CP\.home", which is also/],
  ],
});

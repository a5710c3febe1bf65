import assert from "node:assert/strict";
import { test } from "node:test";
import { machineConfigRangeChecks } from "../../../../components/checks/machineConfigs/ranges.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import { withConfig } from "../../../fixtures/machineConfigs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

const input = String.raw`^talos\.controlPlanes\[0\]\.machineConfiguration: `;
const pods = (...podSubnets: readonly string[]) => ({ cluster: { network: { podSubnets } } });
const services = (...serviceSubnets: readonly string[]) => ({ cluster: { network: { serviceSubnets } } });
const differs = "a machine config with other ranges of pods or Services than the inputs";
const isTalosDefault = "a machine config with Talos' default ranges in place of those of the inputs";

const dual = { podCidr: "10.244.0.0/16,fd40:10::/56", serviceCidr: "10.96.0.0/12,fd40:20::/112" };

const commonMaskSize = { cluster: { controllerManager: { extraArgs: { "node-cidr-mask-size": "24" } } } };

testExamples(
  machineConfigRangeChecks,
  {
    [differs]: [
      [
        withConfig(pods("10.50.0.0/16")),
        new RegExp(
          `${input}has the podSubnets 10\\.50\\.0\\.0/16, which the patch replaces by podCidr 10\\.244\\.0\\.0/16; set podCidr to "10\\.50\\.0\\.0/16"`,
        ),
      ],
      [
        withConfig(services("10.50.0.0/16"), { serviceCidr: "10.60.0.0/16" }, "workers"),
        /^talos\.workers\[0\]\.machineConfiguration: has the serviceSubnets .* by serviceCidr 10\.60\.0\.0\/16; set serviceCidr to "10\.50/,
      ],
      [
        withConfig(pods("10.244.0.0/16", "fd40:10::/56")),
        new RegExp(
          `${input}has the podSubnets 10\\.244\\.0\\.0/16, fd40:10::/56, .*; set podCidr to "10\\.244\\.0\\.0/16,fd40:10::/56", or write podCidr into`,
        ),
      ],
      [
        withConfig(pods("fd40:10::/56", "10.50.0.0/16")),
        /; set podCidr to "fd40:10::\/56,10\.50\.0\.0\/16", or write podCidr into/,
      ],
      [
        withConfig(pods("10.244.0.0/16", "fd40:10::/56"), { ...dual, podCidr: "fd40:10::/56,10.244.0.0/16" }),
        /has the podSubnets 10\.244\.0\.0\/16, fd40:10::\/56, which the patch replaces by podCidr fd40:10::\/56, 10\.244\.0\.0\/16; set podCidr to/,
      ],
      [
        withConfig(services("10.43.0.0/16", "fd40:20::/112"), {
          podCidr: dual.podCidr,
          serviceCidr: "10.43.0.0/16,fd40:30::/112",
        }),
        /; set serviceCidr to "10\.43\.0\.0\/16,fd40:20::\/112", or write serviceCidr into/,
      ],
      [
        withConfig(pods("10.50.0.0/16", "10.244.0.0/16")),
        /; podCidr is one range, or one of each IP family: keep only these in the config, and give them as podCidr$/,
      ],
    ],
    "a machine config with which the controller manager of Talos 1.14 does not start": [
      [
        withConfig(commonMaskSize, { talos: { version: "1.14.1" } }),
        new RegExp(
          `${input}gives the controller manager node-cidr-mask-size, .*; rename it to node-cidr-mask-size-ipv4 in the config$`,
        ),
      ],
      [
        withConfig(commonMaskSize, { ...dual, talos: { version: "v1.15" }, kubernetesVersion: "1.33" }),
        /; rename it to node-cidr-mask-size-ipv4 and node-cidr-mask-size-ipv6 in the config$/,
      ],
    ],
    [isTalosDefault]: [
      [
        withConfig(pods("10.244.0.0/16"), { podCidr: "10.42.0.0/16" }),
        new RegExp(
          `${input}has the podSubnets 10\\.244\\.0\\.0/16, Talos' default, which the patch replaces by podCidr 10\\.42\\.0\\.0/16; for`,
        ),
      ],
      [
        withConfig(services("10.96.0.0/12"), { serviceCidr: "10.43.0.0/16" }),
        new RegExp(
          `${input}has the serviceSubnets 10\\.96\\.0\\.0/12, .* set serviceCidr to 10\\.96\\.0\\.0/12; for any other, write 10\\.43`,
        ),
      ],
    ],
  },
  {
    besides: {
      "a machine config with which the controller manager of Talos 1.14 does not start": [
        "a Talos version that is not known yet",
      ],
    },
  },
);

test("a config with the ranges of the inputs is accepted, and one without ranges", () => {
  const accepted: readonly TalosCiliumCniArgs[] = [
    withConfig({ cluster: { network: { podSubnets: ["10.244.0.0/16"], serviceSubnets: ["10.96.0.0/12"] } } }),
    withConfig(pods("10.42.0.0/16"), { podCidr: "10.42.0.0/16" }),
    withConfig(pods("10.42.0.0/16"), { podCidr: "10.42.0.0/16", values: { ipam: { mode: "cluster-pool" } } }),
    withConfig(services("10.43.0.0/16"), { serviceCidr: "10.43.0.0/16" }),
    withConfig(pods(), { podCidr: "10.42.0.0/16" }),
    withConfig("{}", { podCidr: "10.42.0.0/16", serviceCidr: "10.43.0.0/16" }),
    withConfig(pods("10.244.0.0/16", "fd40:10::/56"), dual),
    withConfig(services("10.96.0.0/12", "fd40:20::/112"), dual),
    withConfig(pods("fd40:10::/56", "10.42.0.0/16"), { ...dual, podCidr: "fd40:10::/56,10.42.0.0/16" }),
    // Malformed ranges are left to Talos.
    withConfig(pods("10.0.0.0", "all")),
  ];
  for (const args of accepted) assert.deepEqual(checkResults(args), [], JSON.stringify(args));
});

test("one of two ranges that the patch would lose is enough, in any order, in either setting", () => {
  const ipv6 = ["fd40:10::/56", "2001:db8::/48"];
  for (const range of ipv6) {
    for (const subnets of [
      ["10.42.0.0/16", range],
      [range, "10.42.0.0/16"],
    ]) {
      for (const config of [pods(...subnets), services(...subnets)]) {
        const ranges = {
          podCidr: "podSubnets" in config.cluster.network ? "10.42.0.0/16" : "10.50.0.0/16",
          serviceCidr: "10.43.0.0/16",
        };
        const serviceCidr = "podSubnets" in config.cluster.network ? ranges.serviceCidr : "10.42.0.0/16";
        assert.deepEqual(
          checkResults(withConfig(config, { ...ranges, serviceCidr })).map(({ check }) => check),
          [differs],
        );
      }
    }
  }
});

test("the flag for the nodes' ranges of both families is accepted on older Talos and in workers, and the flags of each family everywhere", () => {
  const ofFamily = { cluster: { controllerManager: { extraArgs: { "node-cidr-mask-size-ipv4": "24" } } } };
  for (const args of [
    withConfig(commonMaskSize),
    withConfig(commonMaskSize, { talos: { version: "1.13.9" } }),
    withConfig(commonMaskSize, { talos: { version: "1.14.1" } }, "workers"),
    withConfig(ofFamily, { talos: { version: "1.14.1" } }),
  ]) {
    assert.deepEqual(checkResults(args), [], JSON.stringify(args));
  }
});

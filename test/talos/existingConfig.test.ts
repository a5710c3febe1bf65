import assert from "node:assert/strict";
import { test } from "node:test";
import { validate } from "../../components/checks/validate.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createPlan } from "../../components/plan.ts";
import { type IpRange, parseAddress, parseCidr } from "../../components/support/ipRange.ts";
import { problemLines } from "../../components/support/problems.ts";
import { readExistingConfig } from "../../components/talos/existingConfig.ts";
import { patchBefore } from "../../components/talos/machineConfig.ts";
import { gatewayApiCrdsUrl, supportedMinor } from "../../components/versions/supported.ts";
import { machineConfigVariants, withConfig } from "../fixtures/machineConfigs.ts";
import { chartArgs } from "../harness/charts.ts";
import { machineries, runMachinery, type TalosFacts } from "../harness/machinery.ts";

const spans = (ranges: readonly (IpRange | undefined)[]) => ranges.map((range) => `${range?.first}-${range?.last}`).toSorted();
const addressOf = (text: string) => parseAddress(text.split("/")[0] ?? "");

/** What Talos reads, in the form of our reader. */
function factsOfTalos(facts: TalosFacts) {
  return {
    forwardsKubeDns: facts.forwardsKubeDns ?? false,
    kubeSpan: [facts.kubeSpanEnabled ?? false, facts.kubeSpanPods ?? false],
    podSubnets: spans(facts.podSubnets.map(parseCidr)),
    serviceSubnets: spans(facts.serviceSubnets.map(parseCidr)),
    runsKubeProxy: facts.runsKubeProxy,
    virtualAddresses: spans(facts.virtualAddresses.map(parseAddress)),
    addresses: spans(facts.addresses.map(addressOf)),
    manifestUrls: facts.manifestUrls,
  };
}

/** What our reader reads, with Talos' own default where the config says nothing. */
function factsOfReader(config: string) {
  const facts = readExistingConfig(config);
  const orDefault = (subnets: readonly IpRange[], talosDefault: string) =>
    spans(subnets.length === 0 ? [parseCidr(talosDefault)] : subnets);
  return {
    forwardsKubeDns: facts.forwardsKubeDns ?? false,
    kubeSpan: [facts.kubeSpan?.isEnabled ?? false, facts.kubeSpan?.carriesPods ?? false],
    podSubnets: orDefault(facts.podSubnets, "10.244.0.0/16"),
    serviceSubnets: orDefault(facts.serviceSubnets, "10.96.0.0/12"),
    runsKubeProxy: facts.runsKubeProxy ?? true,
    virtualAddresses: spans(facts.virtualAddresses),
    addresses: spans(facts.addresses),
    manifestUrls: [...facts.manifestUrls, ...facts.cniUrls].toSorted(),
  };
}

for (const { talos, executable, contract } of machineries) {
  for (const machineType of ["controlplane", "worker"] as const) {
    test(`Talos ${talos} reads the same in every variant of its config for a ${machineType} as our reader`, () => {
      const { config: generated } = runMachinery(executable, { contract, machineType });
      const readings = new Set<string>();
      // Talos refuses a virtual address for a worker, and a document about kube-proxy.
      const variants = machineConfigVariants(generated, talos, 30).filter(
        (config) => machineType === "controlplane" || !/vip:|KubeProxyConfig/.test(config),
      );
      for (const [index, config] of variants.entries()) {
        const { refused, facts } = runMachinery(executable, { config, machineType });
        assert.equal(refused, "", `variant ${index}`);
        assert(facts !== undefined);
        assert.deepEqual(factsOfReader(config), factsOfTalos(facts), `variant ${index}`);
        readings.add(JSON.stringify(facts));
      }
      // The variants differ.
      assert(readings.size > 20, `${readings.size} different readings`);
    });
  }
}

const problemsOf = (args: TalosCiliumCniArgs) => {
  const { errors, warnings } = validate({ ...chartArgs(), ...args });
  return problemLines([...errors, ...warnings]);
};

for (const { talos, executable, contract } of machineries) {
  test(`a config as Talos ${talos} generates it is accepted, for the form that the provider supports`, () => {
    for (const [machineType, list] of [
      ["controlplane", "controlPlanes"],
      ["worker", "workers"],
    ] as const) {
      const { config } = runMachinery(executable, { contract, machineType });
      const problems = problemsOf(withConfig(config, {}, list));
      if (talos !== "1.14") assert.deepEqual(problems, []);
      else assert.match(problems.join("\n"), /^\S+ contains "\w+", which the Talos provider 0\.8\.1 does not know .*$/);
      const newContract = problemsOf(withConfig(config, { talos: { configContract: contract } }, list));
      if (talos === "1.14") assert.match(newContract.join("\n"), /^talos\.configContract: is v1\.14, and the Talos provider .*$/);
      else assert.deepEqual(newContract, []);
    }
  });

  test(`the patches change a config of Talos ${talos} as the checks say`, () => {
    const { settings, machineConfig } = createPlan({
      ...chartArgs(),
      delivery: "machineConfig",
      talos: { configContract: contract },
      podCidr: "10.42.0.0/16",
      serviceCidr: "10.43.0.0/16",
    });
    const crds = [gatewayApiCrdsUrl(supportedMinor(settings.ciliumVersion).gatewayApi)];
    const before = patchBefore(settings);
    const { controlPlane = "" } = machineConfig ?? {};
    const patches = before === undefined ? [controlPlane] : [before, controlPlane];
    const { config: generated } = runMachinery(executable, { contract });
    const isDual = (config: string) => readExistingConfig(config).podSubnets.length === 2;
    const hasNoKubePrism = (config: string) => runMachinery(executable, { config }).facts?.kubePrismEnabled !== true;
    const variants = machineConfigVariants(generated, talos, 0);
    assert(variants.some(isDual) && variants.some(hasNoKubePrism));
    for (const [index, config] of variants.entries()) {
      const { refused, facts } = runMachinery(executable, { config, patches });
      assert.equal(refused, "", `variant ${index}`);
      // The ranges of the inputs take the place of all others, and nothing is left of a second one.
      assert.deepEqual(facts?.podSubnets, ["10.42.0.0/16"]);
      assert.deepEqual(facts.serviceSubnets, ["10.43.0.0/16"]);
      assert.equal(facts.runsKubeProxy, false);
      const original = readExistingConfig(config);
      // Nothing of another CNI is left, and what else the config loads stays.
      assert.deepEqual(facts.manifestUrls, [...original.manifestUrls, ...crds].toSorted());
      // KubePrism listens where the agents look for it.
      assert.deepEqual([facts.kubePrismEnabled, facts.kubePrismPort], [true, 7445]);
      // What the checks read is as it was.
      assert.equal(facts.forwardsKubeDns ?? false, original.forwardsKubeDns ?? false);
      assert.equal(facts.kubeSpanEnabled ?? false, original.kubeSpan?.isEnabled ?? false);
    }
  });
}

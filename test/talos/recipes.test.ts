import assert from "node:assert/strict";
import { test } from "node:test";
import { validate } from "../../components/checks/validate.ts";
import { readExistingConfig } from "../../components/talos/existingConfig.ts";
import { withConfig } from "../fixtures/machineConfigs.ts";
import { chartArgs } from "../harness/charts.ts";
import { machineries, runMachinery } from "../harness/machinery.ts";
import { readRecipes } from "../harness/recipes.ts";

const recipes = readRecipes().filter(({ patches }) => patches.length > 0);

for (const { talos, executable, contract } of machineries) {
  for (const machineType of ["controlplane", "worker"] as const) {
    test(`Talos ${talos} takes the machine config of every recipe on a ${machineType}, and the recipe then works with it`, () => {
      assert(recipes.length > 0);
      const { config: generated } = runMachinery(executable, { contract, machineType });
      for (const { title, args, patches } of recipes) {
        const ofRelease = patches.filter(({ kind }) => (kind !== undefined) === (talos === "1.14"));
        assert(ofRelease.length > 0, `${title} has nothing for Talos ${talos}`);
        const { refused, config, facts } = runMachinery(executable, {
          config: generated,
          machineType,
          patches: ofRelease.map(({ text }) => text),
        });
        assert.equal(refused, "", title);
        assert.notEqual(config, generated, title);
        // What Talos reads, and what the checks read.
        assert.equal(facts?.forwardsKubeDns ?? false, false);
        assert.equal(readExistingConfig(config).forwardsKubeDns ?? false, false);

        const list = machineType === "worker" ? "workers" : "controlPlanes";
        const { talos: _, ...withoutTheInput } = args;
        const errorsWith = (machineConfig: string) =>
          validate({ ...chartArgs(), ...withConfig(machineConfig, withoutTheInput, list) })
            .errors.map(({ input, message }) => `${input}: ${message}`)
            .filter((error) => error.includes("DNS"));
        assert.deepEqual(errorsWith(config), []);
        // A control: the generated config forwards, and the checks report that.
        assert.match(errorsWith(generated).join("\n"), /^\S+: cannot be true while Talos forwards the DNS|forwardKubeDNSToHost/);
      }
    });
  }
}

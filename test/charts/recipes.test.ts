import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, stringify } from "yaml";
import { Delivery, type TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { examine } from "../../components/plan.ts";
import { merge } from "../../components/support/merge.ts";
import { ciliumMinor, minorOf } from "../../components/versions/supported.ts";
import { withoutAdvisories } from "../harness/advisories.ts";
import { cacheRenderings } from "../harness/cachedRenderings.ts";
import { chartArgs, releases } from "../harness/charts.ts";
import { readRecipes } from "../harness/recipes.ts";
import { renderInputs } from "../harness/renderInputs.ts";
import { suiteData } from "../harness/suiteData.ts";

cacheRenderings();
const recipes = readRecipes();
const configOf = (objects: readonly KubernetesObject[]) =>
  objects.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "cilium-config")?.["data"] as Record<
    string,
    string
  >;
const namesOf = (objects: readonly KubernetesObject[]) => objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);

for (const { ciliumVersion } of releases) {
  const defaults = renderInputs({ ciliumVersion }).objects;

  for (const { title, args, configEntries, renderedObjects, warnings, needsHooks } of recipes) {
    test(`Cilium ${ciliumVersion} accepts the recipe ${title} with every delivery, and does what the page says`, () => {
      for (const delivery of Object.values(Delivery)) {
        const crdsPath = suiteData("gatewayApi", ciliumMinor(ciliumVersion)?.gatewayApi ?? "");
        const gatewayApi = delivery === "chart" ? { crdsPath } : {};
        const examination = examine({ ...args, ...chartArgs(ciliumVersion), delivery, gatewayApi });
        const isRejected = needsHooks && delivery === "chart" && minorOf(ciliumVersion) === "1.18";
        if (isRejected) {
          assert.match(examination.errors.map(({ message }) => message).join("\n"), /Helm hook/);
          continue;
        }
        assert.deepEqual(examination.errors, [], delivery);
        // The text explains every warning.
        assert.deepEqual(
          Array.from(new Set(withoutAdvisories(examination.warnings).map(({ input }) => input))),
          warnings,
          delivery,
        );
      }

      const { objects } = renderInputs({ ...args, ciliumVersion });
      for (const [key, value] of Object.entries(configEntries)) {
        assert.equal(configOf(objects)[key], value, key);
        assert.notEqual(configOf(defaults)[key], value, `${key} is the same without the recipe`);
      }
      for (const name of renderedObjects) {
        assert(namesOf(objects).includes(name), name);
        assert(!namesOf(defaults).includes(name), `${name} is there without the recipe`);
      }
      assert.deepEqual(objects.filter(hasPrivateKey).map(nameOf), []);
    });
  }
}

const recipe = (title: string) => recipes.find((each) => each.title === title)?.args ?? assert.fail(title);
/** A recipe as YAML, changed, as a reader changes it. */
const edited = (title: string, edit: (yaml: string) => string) => parse(edit(stringify(recipe(title)))) as TalosCiliumCniArgs;
/** Leaves a key out, with everything below it. */
const without = (key: string) => (yaml: string) => yaml.replaceAll(new RegExp(`^( *)${key}:.*\\n(?:\\1 .*\\n)*`, "gm"), "");

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion} accepts the recipes changed as their texts say`, () => {
    const crdsPath = suiteData("gatewayApi", ciliumMinor(ciliumVersion)?.gatewayApi ?? "");
    const chart = { delivery: "chart", gatewayApi: { crdsPath } } as const;
    const changed = {
      "Monitoring without Hubble": { ...edited("Monitoring", without("hubble")), ...chart },
      "Monitoring without dashboards": edited("Monitoring", without("dashboards")),
      "DSR and Maglev without DSR": edited("DSR and Maglev", without("mode")),
      "egress gateway with netkit": merge(
        edited("Egress gateway", without("hostLegacyRouting")),
        recipe("netkit, BBR and BIG TCP"),
      ),
      "the last step to netkit": merge(recipe("Settings for single nodes"), { values: { bpf: { datapathMode: "netkit" } } }),
    };
    for (const [name, args] of Object.entries(changed)) {
      const { errors, warnings } = examine({ ...args, ...chartArgs(ciliumVersion) });
      assert.deepEqual([...errors, ...withoutAdvisories(warnings)], [], name);
    }
    const cabin = edited("Cluster mesh", (yaml) =>
      yaml
        .replaceAll(/home|cabin/g, (name) => (name === "home" ? "cabin" : "home"))
        .replaceAll(/192\.168\.([12])\./g, (_, site) => `192.168.${site === "1" ? 2 : 1}.`)
        .replace("id: 1", "id: 2")
        .replace("10.244.0.0", "10.245.0.0"),
    );
    assert.deepEqual(examine({ ...cabin, ...chartArgs(ciliumVersion) }).errors, []);
    const { objects } = renderInputs({ ...cabin, ciliumVersion });
    assert.deepEqual([configOf(objects)["cluster-name"], configOf(objects)["cluster-id"]], ["cabin", "2"]);
  });
}

/** Whether an object contains a private key, as text or in base64. */
function hasPrivateKey(object: KubernetesObject): boolean {
  const data = Object.values((object["data"] ?? {}) as Readonly<Record<string, string>>);
  return [JSON.stringify(object), ...data.map((value) => Buffer.from(value, "base64").toString())].some((text) =>
    text.includes("PRIVATE KEY"),
  );
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { ciliumValues } from "../../components/cilium/values.ts";
import { HelmError } from "../../components/helm/cli.ts";
import type { HelmValues } from "../../components/helm/values.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { merge } from "../../components/support/merge.ts";
import { devStack } from "../fixtures/devStack.ts";
import { brokenPromises } from "../fixtures/effects.ts";
import { releases, renderWithHelm } from "../harness/charts.ts";
import { leafPaths, type Path } from "../harness/leafPaths.ts";

// Inputs with which every default has an effect: most have one with the dev stack, the rest with one of the others.
const variants: readonly TalosCiliumCniArgs[] = [
  devStack,
  { ...devStack, hubble: { enabled: true, relay: true, ui: true } },
  { ...devStack, gatewayApi: { alpn: false }, l2: { leaseDuration: "20s", leaseRenewDeadline: "6s", leaseRetryPeriod: "3s" } },
];

/**
 * Chart values that differ from our defaults even where the real chart has the same ones, so that a missing default shows. The released
 * archive has the digests, the folder in the source does not.
 */
function contraryChartValues(ciliumVersion: string): HelmValues {
  const values: HelmValues = {
    defaultLBServiceIPAM: "none",
    image: { digest: "", useDigest: false },
    operator: { image: { genericDigest: "", useDigest: false } },
    hubble: { relay: { image: { digest: "", useDigest: false } } },
    cni: { resources: { limits: null } },
    debug: { verbose: "flow" },
    nodePort: { addresses: ["192.168.0.0/16"] },
    policyCIDRMatchMode: ["nodes"],
  };
  if (!ciliumVersion.startsWith("1.20.")) return values;
  return { ...values, k8s: { apiServerURLs: "https://192.168.1.10:6443" } };
}

/** The values without the one at this path, and without the objects that this leaves empty. */
function omitPath(values: HelmValues, [key = "", ...rest]: Path): HelmValues {
  const { [key]: member, ...others } = values;
  if (rest.length === 0) return others;
  const remaining = omitPath(member as HelmValues, rest);
  return Object.keys(remaining).length === 0 ? others : { ...others, [key]: remaining };
}

/** Whether the chart, rendered with these values, breaks a promise or fails. */
function breaksPromise(args: TalosCiliumCniArgs, values: HelmValues): boolean {
  try {
    return brokenPromises(renderWithHelm(args, { values }), resolveSettings(args)).length > 0;
  } catch (error) {
    if (error instanceof HelmError) return true; // the chart itself rejects the values
    throw error;
  }
}

/** The values that the component sets, without the user's own. */
function defaultValues(args: TalosCiliumCniArgs): HelmValues {
  return ciliumValues({ ...resolveSettings(args), userValues: {} });
}

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion}: leaving out any default breaks a promise`, () => {
    const contraryValues = contraryChartValues(ciliumVersion);
    const valuesPerVariant = variants.map((args) => defaultValues({ ...args, ciliumVersion }));
    const withoutEffect = new Set(valuesPerVariant.flatMap((values) => leafPaths(values)).map((path) => path.join(".")));
    assert(withoutEffect.size > 40, `only ${withoutEffect.size} defaults`);
    for (const args of variants) {
      const complete = { ...args, ciliumVersion };
      const values = defaultValues(complete);
      assert.equal(breaksPromise(complete, merge(contraryValues, values)), false);
      for (const path of leafPaths(values).filter((leaf) => withoutEffect.has(leaf.join(".")))) {
        if (breaksPromise(complete, merge(contraryValues, omitPath(values, path)))) withoutEffect.delete(path.join("."));
      }
    }
    assert.deepEqual([...withoutEffect], []);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { talosValues, type HelmValues } from "../../components/cilium/values.ts";
import { merge } from "../../components/support/merge.ts";
import { HelmError } from "../../components/helm/cli.ts";
import { settingsOf } from "../../components/inputs/settings.ts";
import { renderWithHelm, releases } from "../harness/charts.ts";
import { devStack } from "../fixtures/devStack.ts";
import { brokenPromises } from "../fixtures/effects.ts";
import { leafPaths, type Path } from "../harness/leafPaths.ts";

// Inputs under which the values show an effect: most do with the dev stack, the others with one of the rest.
const variants: readonly TalosCiliumCniArgs[] = [
  devStack,
  { ...devStack, hubble: { enabled: true, relay: true, ui: true } },
  { ...devStack, gatewayApi: { alpn: false }, l2: { leaseDuration: "20s", leaseRenewDeadline: "6s", leaseRetryPeriod: "3s" } },
];

// A chart whose own values differ from ours also where the real one's happen to be the same, so that ours show. The released archive
// has the digests, the folder in the source has not.
const otherChart = (ciliumVersion: string): HelmValues => ({
  defaultLBServiceIPAM: "none",
  image: { digest: "", useDigest: false },
  operator: { image: { genericDigest: "", useDigest: false } },
  hubble: { relay: { image: { digest: "", useDigest: false } } },
  cni: { resources: { limits: null } },
  debug: { verbose: "flow" },
  ...(ciliumVersion.startsWith("1.20.") && { k8s: { apiServerURLs: "https://192.168.1.10:6443" } }),
  nodePort: { addresses: ["192.168.0.0/16"] },
  policyCIDRMatchMode: ["nodes"],
});

function without(values: HelmValues, [key = "", ...rest]: Path): HelmValues {
  const { [key]: member, ...others } = values;
  const left = rest.length === 0 ? {} : without(member as HelmValues, rest);
  return Object.keys(left).length === 0 ? others : { ...others, [key]: left };
}

function isNoticed(args: TalosCiliumCniArgs, values: HelmValues): boolean {
  try {
    return brokenPromises(renderWithHelm(args, { values }), settingsOf(args)).length > 0;
  } catch (error) {
    if (error instanceof HelmError) return true; // the chart itself refuses
    throw error;
  }
}

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion}: every default that is taken out breaks a promise`, () => {
    const unseen = new Set(
      variants.flatMap((args) => leafPaths(talosValues(settingsOf({ ...args, ciliumVersion }))).map((path) => path.join("."))),
    );
    assert(unseen.size > 40, `only ${unseen.size} defaults`);
    for (const args of variants) {
      const complete = { ...args, ciliumVersion };
      const values = talosValues(settingsOf(complete));
      assert.equal(isNoticed(complete, merge(otherChart(ciliumVersion), values)), false);
      for (const path of leafPaths(values).filter((leaf) => unseen.has(leaf.join(".")))) {
        if (isNoticed(complete, merge(otherChart(ciliumVersion), without(values, path)))) unseen.delete(path.join("."));
      }
    }
    assert.deepEqual([...unseen], []);
  });
}

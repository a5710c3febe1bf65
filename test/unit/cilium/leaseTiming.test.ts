import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { leaseTiming } from "../../../components/cilium/leaseTiming.ts";
import { ciliumValues } from "../../../components/cilium/values.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { chartFolder, releases } from "../../harness/charts.ts";

const defaults = { leaseDuration: "15s", leaseRenewDeadline: "5s", leaseRetryPeriod: "2s" };

test("without values the chart's defaults apply", () => {
  for (const values of [{}, { l2announcements: null }, { l2announcements: { leaseDuration: null } }, { l2announcements: "no" }]) {
    assert.deepEqual(leaseTiming(values), defaults);
  }
  assert.deepEqual(leaseTiming(ciliumValues(resolveSettings({}))), defaults);
});

test("each duration that is set replaces one default, whether an input or the user's values set it", () => {
  for (const key of ["leaseDuration", "leaseRenewDeadline", "leaseRetryPeriod"] as const) {
    const expected = { ...defaults, [key]: "700ms" };
    assert.deepEqual(leaseTiming({ l2announcements: { [key]: "700ms" } }), expected);
    assert.deepEqual(leaseTiming(ciliumValues(resolveSettings({ l2: { [key]: "700ms" } }))), expected);
    const settings = resolveSettings({ l2: { [key]: "1s" }, values: { l2announcements: { [key]: "700ms" } } });
    assert.deepEqual(leaseTiming(ciliumValues(settings)), expected);
  }
});

test("the defaults are those that the chart of every release documents", () => {
  for (const { ciliumVersion } of releases) {
    const chartValues = readFileSync(join(chartFolder(ciliumVersion), "values.yaml"), "utf8");
    for (const [key, value] of Object.entries(defaults)) {
      assert.match(chartValues, new RegExp(`^ +# ${key}: ${value}$`, "m"), ciliumVersion);
    }
  }
});

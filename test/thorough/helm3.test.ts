import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { chartArgs, renderWithHelm, releases } from "../harness/charts.ts";
import { variants } from "../fixtures/variants.ts";

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion}: Helm 3 and Helm 4 make the same manifest`, () => {
    const helm3 = process.env["HELM3"] ?? assert.fail("HELM3 names no folder; npm run test:thorough builds Helm 3 and sets it");
    for (const args of Object.values(variants)) {
      const complete = { ...args, ...chartArgs(ciliumVersion) };
      assert.deepEqual(renderWithHelm(complete, { helm: join(helm3, "helm") }), renderWithHelm(complete));
    }
  });
}

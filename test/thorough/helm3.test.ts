import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { variants } from "../fixtures/variants.ts";
import { chartArgs, releases, renderWithHelm } from "../harness/charts.ts";

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion}: Helm 3 and Helm 4 render the same objects`, () => {
    const helm3Folder = process.env["HELM3"] ?? assert.fail("HELM3 is not set; npm run test:thorough builds Helm 3 and sets it");
    for (const args of Object.values(variants)) {
      const complete = { ...args, ...chartArgs(ciliumVersion) };
      assert.deepEqual(renderWithHelm(complete, { helm: join(helm3Folder, "helm") }), renderWithHelm(complete));
    }
  });
}

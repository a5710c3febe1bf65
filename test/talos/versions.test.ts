import assert from "node:assert/strict";
import { test } from "node:test";
import { talosMinors } from "../../components/versions/supported.ts";
import { runMachinery } from "../harness/machinery.ts";

const refused = (talos: string, kubernetes: string) => runMachinery("machinery-1.14", { talos, kubernetes }).refused;
const minor = (version: string, by: number) => `1.${Number(version.split(".")[1]) + by}.0`;

for (const [talos, { oldest, newest }] of Object.entries(talosMinors)) {
  test(`Talos ${talos} itself runs Kubernetes ${oldest} to ${newest}, and no other`, () => {
    for (const [kubernetes, by] of [
      [oldest, 0],
      [newest, 0],
    ] as const)
      assert.equal(refused(`v${talos}.0`, minor(kubernetes, by)), "");
    assert.match(refused(`v${talos}.0`, minor(oldest, -1)), /version of Kubernetes .* is too old/);
    assert.match(refused(`v${talos}.0`, minor(newest, 1)), /version of Kubernetes .* is too new/);
  });
}

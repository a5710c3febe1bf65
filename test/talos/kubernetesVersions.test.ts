import assert from "node:assert/strict";
import { test } from "node:test";
import { talosMinors } from "../../components/versions/supported.ts";
import { runMachinery } from "../harness/machinery.ts";

/** Why Talos rejects this Kubernetes version; empty when it accepts it. */
const rejectionOf = (talos: string, kubernetes: string) => runMachinery("machinery-1.14", { talos, kubernetes }).refused;
const minor = (version: string, offset: number) => `1.${Number(version.split(".")[1]) + offset}.0`;

for (const [talos, { oldest, newest }] of Object.entries(talosMinors)) {
  test(`Talos ${talos} accepts Kubernetes ${oldest} to ${newest}, and neither older nor newer`, () => {
    for (const kubernetes of [oldest, newest]) assert.equal(rejectionOf(`v${talos}.0`, minor(kubernetes, 0)), "");
    assert.match(rejectionOf(`v${talos}.0`, minor(oldest, -1)), /version of Kubernetes .* is too old/);
    assert.match(rejectionOf(`v${talos}.0`, minor(newest, 1)), /version of Kubernetes .* is too new/);
  });
}

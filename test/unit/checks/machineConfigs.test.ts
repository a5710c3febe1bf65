import assert from "node:assert/strict";
import { test } from "node:test";
import { checkMachineConfig } from "../../../components/checks/machineConfigs.ts";
import { ciliumValues } from "../../../components/cilium/values.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { problemLines } from "../../../components/support/problems.ts";

const machine = { input: "talos.workers[1]", isControlPlane: false };
const check = (text: string, args: TalosCiliumCniArgs = {}, unusable?: ReadonlySet<string>) => {
  const settings = resolveSettings({ delivery: "machineConfig", ...args });
  return checkMachineConfig({ settings, values: ciliumValues(settings) }, machine, text, unusable);
};
const dual =
  "cluster: { network: { podSubnets: [10.244.0.0/16, fd40:10::/56] } }\nmachine: { network: { kubespan: { enabled: true } } }\n";

test("errors and warnings name the machine", () => {
  const { errors, warnings } = check(dual);
  assert.match(problemLines(errors).join("\n"), /^talos\.workers\[1\]\.machineConfiguration: has the podSubnets .*$/);
  assert.match(problemLines(warnings).join("\n"), /^talos\.workers\[1\]\.machineConfiguration: turns KubeSpan on.*$/);
});

test("a check that needs an unusable input does not run", () => {
  const { errors, warnings } = check(dual, {}, new Set(["podCidr"]));
  assert.deepEqual(errors, []);
  assert.equal(warnings.length, 1);
});

test("a secret value that a message would quote is hidden", () => {
  const { warnings } = check(dual, { secretValues: { secret: "advertiseKubernetesNetworks" } });
  assert.match(problemLines(warnings).join("\n"), /or turn \[secret\] on/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { createPlan } from "../../../components/plan.ts";
import { InputError } from "../../../components/support/problems.ts";
import { chartArgs } from "../../harness/charts.ts";

test("an input of the wrong type causes no problem besides its own", () => {
  for (const args of [
    { talos: { version: 1.13, forwardKubeDNSToHost: false }, values: { bpf: { masquerade: true } } },
    { delivery: "machineconfig", talos: { clientConfiguration: {}, controlPlanes: [{ node: "a", machineConfiguration: "" }] } },
    { ciliumVersion: 1.2, values: { nodePort: { enabled: true } } },
  ])
    assert.throws(
      () => createPlan({ ...chartArgs(), ...args } as unknown as TalosCiliumCniArgs),
      (error: unknown) => error instanceof InputError && error.problems.length === 1,
      JSON.stringify(args),
    );
});

test("problems of the inputs, the values and the chart are in one error", () => {
  const values = { cgroup: { automount: false }, operator: { replicas: "one" }, kubeProxyReplacement: false };
  assert.throws(() => createPlan({ ...chartArgs(), podCidr: "x", l2: { enabled: false }, values }), {
    message:
      /^4 inputs cannot work:\n {2}gatewayApi\.enabled: .*\n {2}podCidr: .*\n {2}values\.cgroup\.automount: .*\n {2}values\.operator\.replicas: .*$/,
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { validate, validateLoadBalancer } from "../../../components/checks/validate.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { createPlan } from "../../../components/plan.ts";
import { InputError, problemLines } from "../../../components/support/problems.ts";
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

test("a chart that cannot be used is reported together with the other problems, and validate returns no chart", () => {
  const { chart, errors } = validate({ chart: { path: "/nowhere" }, podCidr: "x" });
  assert.equal(chart, undefined);
  assert.match(problemLines(errors).join("\n"), /^chart\.path: \/nowhere does not exist; .*\npodCidr: .*$/);
});

test("the chart is not looked for if its release or its source is wrong", () => {
  const path = "/nowhere";
  for (const args of [
    { ciliumVersion: "latest", chart: { path } },
    { ciliumVersion: "1.17.9", chart: { path } },
    { chart: { path, sha256: "x" } },
  ]) {
    const { chart, errors } = validate(args);
    assert.equal(chart, undefined);
    assert.equal(errors.length, 1, problemLines(errors).join("\n"));
    assert.doesNotMatch(problemLines(errors).join("\n"), /nowhere/);
  }
});

test("validate returns the values with the default in place of an unusable input", () => {
  const args = { ...chartArgs(), routing: "tunnel", kubePrism: { port: 6443 } } as unknown as TalosCiliumCniArgs;
  const { values, settings } = validate(args);
  assert.equal(values["routingMode"], "native");
  assert.equal(values["k8sServicePort"], 6443);
  assert.equal(settings.routing.directRoutes, true);
});

test("the inputs of a CiliumLoadBalancer are checked without a chart, and without the checks of Cilium's values", () => {
  const lines = (args: TalosCiliumCniArgs) => problemLines(validateLoadBalancer({ chart: { path: "/nowhere" }, ...args }).errors);
  const announced = { lan: { subnets: ["192.168.1.0/24"] }, loadBalancer: { l2Policies: [{ name: "a" }] } };
  assert.deepEqual(lines({ ...announced, l2: { enabled: false } }), []);
  assert.deepEqual(lines({ hubble: { relay: true }, kubePrism: { host: "auto" } }), []);
  const ipPools = [{ name: "a", blocks: [{ cidr: "192.168.2.0/29" }, { cidr: "10.244.0.0/29" }] }];
  const problems = lines({ ...announced, loadBalancer: { ...announced.loadBalancer, ipPools } }).join("\n");
  assert.match(problems, /blocks\[0\]: 192\.168\.2\.0\/29 is in none of lan\.subnets/);
  assert.match(problems, /blocks\[1\]: 10\.244\.0\.0\/29 is inside podCidr/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { assertInputs, checkInputs } from "../../../components/checks/inputs.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { describeProblems, InputError, problemLines } from "../../../components/support/problems.ts";
import { devStack } from "../../fixtures/devStack.ts";
import { invalidInputs, poolOfBlocks } from "../../fixtures/invalidInputs.ts";

/** The problems of inputs, one line each. */
function problems(args: unknown): readonly string[] {
  try {
    assertInputs(args as TalosCiliumCniArgs);
  } catch (error) {
    assert(error instanceof InputError);
    return problemLines(error.problems);
  }
  return [];
}

test("the defaults, and the settings of the dev stack, have no problem", () => {
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems(devStack), []);
});

for (const [args, expected] of invalidInputs) {
  test(`refused: ${JSON.stringify(args)}`, () => {
    const found = problems(args);
    assert.equal(
      found.filter((problem) => expected.test(problem)).length,
      1,
      `${String(expected)} is not among\n${found.join("\n")}`,
    );
  });
}

test("an Output is one problem, whatever it is in place of", () => {
  const output = pulumi.output("10.244.0.0/16");
  for (const [args, input] of [
    [{ podCidr: output }, "podCidr"],
    [{ loadBalancer: output }, "loadBalancer"],
    [{ loadBalancer: { ipPools: [{ name: output, blocks: [{ cidr: "10.0.0.0/29" }] }] } }, "loadBalancer.ipPools[0].name"],
    [{ values: { a: { b: [output] } } }, "values.a.b[0]"],
    [{ lan: { nodes: [Promise.resolve("192.168.1.10")] } }, "lan.nodes[0]"],
  ] as const) {
    const found = problems(args);
    assert.equal(found.length, 1, found.join("\n"));
    assert(found[0]?.startsWith(`${input}: is an Output or a Promise; only plain data`), found[0]);
  }
});

test("values that JSON does not have are problems, not crashes", () => {
  for (const args of [
    { routing: () => 1 },
    { lan: { nodes: [undefined] } },
    { kubePrism: { port: 1n } },
    { values: { a: Symbol("b") } },
  ]) {
    assert.equal(problems(args).length, 1);
  }
});

test("what is odd is a problem, and no crash", () => {
  const own: Record<string, unknown> = {};
  own["self"] = own;
  const machine = (machineConfiguration: string) => ({
    delivery: "machineConfig",
    talos: { clientConfiguration: {}, controlPlanes: [{ node: "a", machineConfiguration }] },
  });
  for (const [args, expected] of [
    [undefined, /^args: are undefined; they must be an object/],
    [[], /^args: are \[\]/],
    [{ values: own }, /^values\.self: contains itself/],
    [{ podCidr: "10.244.0.0/016" }, /^podCidr: /],
    [{ constructor: 1 }, /^constructor: is not an input; did you mean/],
    [machine("{"), /machineConfiguration: is not valid YAML: /],
    [machine("a: *b\n"), /machineConfiguration: is not a valid machine config/],
  ] as const)
    assert.match(problems(args).join("\n"), expected);
  for (const config of ["cluster: { inlineManifests: [null] }", "cluster: { inlineManifests: a, extraManifests: {} }", "[]", "a"])
    assert.deepEqual(problems(machine(config)), []);
});

test("one mistake is one problem", () => {
  for (const [args] of invalidInputs) assert.equal(problems(args).length, 1, JSON.stringify(args));
});

test("all problems are named at once, sorted by input", () => {
  const { errors } = checkInputs({ podCidr: "x", ciliumVersion: "latest", kubePrism: { port: 0 } });
  assert.match(
    describeProblems(errors),
    /^3 inputs cannot work:\n {2}ciliumVersion: .*\n {2}kubePrism\.port: .*\n {2}podCidr: .*$/,
  );
});

test("every form that is right is accepted", () => {
  for (const args of [
    { kubernetesVersion: "1.30" },
    { kubernetesVersion: "v1.33.2" },
    { kubePrism: { host: "127.0.0.1", port: 6443 } },
    { l2: { leaseDuration: "1m30s", leaseRenewDeadline: "1.5s", leaseRetryPeriod: "200ms" } },
    { hubble: { enabled: true, relay: true, ui: true } },
    { lan: { nodes: ["192.168.1.10", "fd00::1"], dhcpRange: "192.168.1.100 - 192.168.1.150" } },
    { chart: { repository: "oci://quay.io/cilium/charts/cilium" } },
    { values: { key: null, list: [1, "a"] } },
    poolOfBlocks([{ cidr: "fd00::/120" }, { start: "10.0.0.1" }, { start: "10.0.0.3", stop: "10.0.0.5" }]),
  ]) {
    assert.deepEqual(problems(args), [], JSON.stringify(args));
  }
});

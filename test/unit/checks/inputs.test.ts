import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { assertInputs, checkInputs } from "../../../components/checks/inputs.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { describeProblems, InputError, problemLines } from "../../../components/support/problems.ts";
import { devStack } from "../../fixtures/devStack.ts";
import { invalidInputs, poolOfBlocks } from "../../fixtures/invalidInputs.ts";

/** Checks inputs, and returns their problems, one line each. */
function problemsOf(args: unknown): readonly string[] {
  try {
    assertInputs(args as TalosCiliumCniArgs);
  } catch (error) {
    assert(error instanceof InputError);
    return problemLines(error.problems);
  }
  return [];
}

test("the defaults, and the settings of the dev stack, have no problem", () => {
  assert.deepEqual(problemsOf({}), []);
  assert.deepEqual(problemsOf(devStack), []);
});

for (const [args, expected] of invalidInputs) {
  test(`refused: ${JSON.stringify(args)}`, () => {
    const problems = problemsOf(args);
    assert.equal(
      problems.filter((problem) => expected.test(problem)).length,
      1,
      `${String(expected)} is not among\n${problems.join("\n")}`,
    );
  });
}

test("an Output is reported once, whatever type the input has", () => {
  const output = pulumi.output("10.244.0.0/16");
  for (const [args, input] of [
    [{ podCidr: output }, "podCidr"],
    [{ loadBalancer: output }, "loadBalancer"],
    [{ loadBalancer: { ipPools: [{ name: output, blocks: [{ cidr: "10.0.0.0/29" }] }] } }, "loadBalancer.ipPools[0].name"],
    [{ values: { a: { b: [output] } } }, "values.a.b[0]"],
    [{ lan: { nodes: [Promise.resolve("192.168.1.10")] } }, "lan.nodes[0]"],
  ] as const) {
    const problems = problemsOf(args);
    assert.equal(problems.length, 1, problems.join("\n"));
    assert(problems[0]?.startsWith(`${input}: is an Output or a Promise; only plain data`), problems[0]);
  }
});

test("values that JSON cannot express are reported as problems and do not crash", () => {
  for (const args of [
    { routing: () => 1 },
    { lan: { nodes: [undefined] } },
    { kubePrism: { port: 1n } },
    { values: { a: Symbol("b") } },
  ]) {
    assert.equal(problemsOf(args).length, 1);
  }
});

test("unusual data is reported as a problem and does not crash", () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  for (const [args, expected] of [
    [undefined, /^args: are undefined; they must be an object/],
    [[], /^args: are \[\]/],
    [{ values: circular }, /^values\.self: contains itself/],
    [{ podCidr: "10.244.0.0/016" }, /^podCidr: /],
    [{ constructor: 1 }, /^constructor: is not an input; known are/],
  ] as const)
    assert.match(problemsOf(args).join("\n"), expected);
});

test("one mistake causes one problem", () => {
  for (const [args] of invalidInputs) assert.equal(problemsOf(args).length, 1, JSON.stringify(args));
});

test("all problems are reported at once, sorted by input", () => {
  const { errors } = checkInputs({ podCidr: "x", ciliumVersion: "latest", kubePrism: { port: 0 } });
  assert.match(
    describeProblems(errors),
    /^3 inputs cannot work:\n {2}ciliumVersion: .*\n {2}kubePrism\.port: .*\n {2}podCidr: .*$/,
  );
});

test("every valid form of an input is accepted", () => {
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
    assert.deepEqual(problemsOf(args), [], JSON.stringify(args));
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { isOutputOrPromise, plainDataProblems, RefusedInput } from "../../../components/inputs/plainData.ts";
import { problemLines } from "../../../components/support/problems.ts";

const output = pulumi.output("value");
const inputsAndKinds = (inputs: object) => plainDataProblems(inputs).map(({ input, kind }) => [input, kind]);

test("plain data has no problem: no values, lists, maps, and one object at two places", () => {
  const shared = { a: [1] };
  const inputs = { a: null, b: undefined, c: [], d: {}, e: "", f: 0, g: false, h: shared, i: [shared, shared] };
  assert.deepEqual(plainDataProblems(inputs), []);
  assert.deepEqual(plainDataProblems({}), []);
});

test("an Output or a Promise is a problem wherever it is, and all of them are reported", () => {
  const outputs: readonly object[] = [output, pulumi.secret("a"), Promise.resolve(1), pulumi.output({ a: 1 })];
  for (const value of outputs) {
    assert(isOutputOrPromise(value));
    assert.deepEqual(inputsAndKinds({ podCidr: value, lan: { nodes: ["a", value] }, values: { a: { "b.c": value } } }), [
      ["podCidr", "notPlainData"],
      ["lan.nodes[1]", "notPlainData"],
      ["values.a.b.c", "notPlainData"],
    ]);
  }
  assert.match(
    problemLines(plainDataProblems({ podCidr: output })).join(),
    /^podCidr: is an Output or a Promise; only plain data, known when the program starts, can be checked at preview$/,
  );
});

test("an Output of secret values has a message that names the function to use", () => {
  for (const secretValues of [output, { a: output }]) {
    const [problem] = plainDataProblems({ secretValues });
    assert.match(problem?.message ?? "", /; give the plain object, such as config\.getObject\("secretValues"\) returns: /);
  }
});

test("the credentials, addresses and configs of machines may be Outputs", () => {
  const machine = { node: output, endpoint: Promise.resolve("a"), machineConfiguration: output };
  for (const talos of [
    { clientConfiguration: output },
    { clientConfiguration: { caCertificate: output, clientKey: pulumi.secret("a") } },
    { controlPlanes: [machine, machine], workers: [machine] },
  ]) {
    assert.deepEqual(plainDataProblems({ talos }), []);
  }
});

test("nothing else about machines may be an Output", () => {
  for (const [inputs, expected] of [
    [{ talos: output }, "talos"],
    [{ talos: { version: output } }, "talos.version"],
    [{ talos: { controlPlanes: output } }, "talos.controlPlanes"],
    [{ talos: { workers: [output] } }, "talos.workers[0]"],
    [{ talos: { workers: [{ name: output }] } }, "talos.workers[0].name"],
    [{ talos: { workers: [{ node: { a: output } }] } }, "talos.workers[0].node.a"],
    [{ talos: { nodes: [{ node: output }] } }, "talos.nodes[0].node"],
    [{ controlPlanes: [{ node: output }] }, "controlPlanes[0].node"],
    [{ values: { clientConfiguration: output } }, "values.clientConfiguration"],
  ] as const) {
    assert.deepEqual(inputsAndKinds(inputs), [[expected, "notPlainData"]]);
  }
});

test("functions, symbols and bigints are problems, machines included", () => {
  for (const [value, type] of [
    [() => 1, "function"],
    [Symbol("a"), "symbol"],
    [1n, "bigint"],
  ] as const) {
    const problems = plainDataProblems({ values: { a: [value] }, talos: { clientConfiguration: { clientKey: value } } });
    assert.deepEqual(problemLines(problems), [
      `talos.clientConfiguration.clientKey: is a ${type}; only plain data can be rendered and checked at preview`,
      `values.a[0]: is a ${type}; only plain data can be rendered and checked at preview`,
    ]);
  }
});

test("circular data is reported where it repeats, and the rest is checked too", () => {
  const values: Record<string, unknown> = { a: {} };
  (values["a"] as Record<string, unknown>)["list"] = [values];
  assert.deepEqual(inputsAndKinds({ values, podCidr: output }), [
    ["values.a.list[0]", "circular"],
    ["podCidr", "notPlainData"],
  ]);
});

test("a refused input is a problem with its own reason", () => {
  assert.deepEqual(plainDataProblems({ podCidr: new RefusedInput("is encrypted") }), [
    { input: "podCidr", message: "is encrypted", kind: "notPlainData" },
  ]);
});

test("plain objects are not mistaken for Outputs", () => {
  for (const value of [{}, { then: 1 }, { apply: () => 1 }, [], new Map()]) assert(!isOutputOrPromise(value));
});

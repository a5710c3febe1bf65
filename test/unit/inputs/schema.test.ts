import assert from "node:assert/strict";
import { test } from "node:test";
import { createAjv } from "../../../components/inputs/ajv.ts";
import { schemaProblems, toProblems } from "../../../components/inputs/schema.ts";
import { problemLines } from "../../../components/support/problems.ts";

const lines = (args: object) => problemLines(schemaProblems(args));
const linesFor = (schema: object, value: unknown, parent?: string) => {
  const validate = createAjv().compile(schema);
  return validate(value) ? [] : problemLines(toProblems(validate.errors ?? [], parent));
};

test("inputs of the right types have no problem", () => {
  assert.deepEqual(schemaProblems({}), []);
  assert.deepEqual(
    schemaProblems({
      delivery: "chart",
      kubePrism: { host: "a", port: 1 },
      values: { any: [{ thing: null }] },
      loadBalancer: { ipPools: [{ name: "a", blocks: [{ start: "10.0.0.1" }] }] },
    }),
    [],
  );
});

test("an unknown input is reported with the nearest one and all that are known", () => {
  const [line = ""] = lines({ kubePrism: { prot: 1 } });
  assert.equal(line, "kubePrism.prot: is not an input; did you mean port? known are host, port");
  assert.equal(schemaProblems({ podCIDR: "a" })[0]?.kind, "unknownInput");
  assert.match(lines({ podCIDR: "a" })[0] ?? "", /^podCIDR: is not an input; did you mean podCidr\? known are /);
});

test("a key that every object inherits is an unknown input like any other", () => {
  for (const key of ["constructor", "toString", "hasOwnProperty", "__proto__"]) {
    const args = JSON.parse(`{ "${key}": 1 }`) as object;
    assert.deepEqual(
      schemaProblems(args).map(({ input, kind, message }) => [input, kind, message.startsWith("is not an input; known are ")]),
      [[key, "unknownInput", true]],
    );
  }
});

test("loadBalancerClass in a policy gets the advice where to set it", () => {
  const policy = { name: "a", loadBalancerClass: "io.cilium/l2-announcer" };
  assert.match(
    lines({ loadBalancer: { l2Policies: [policy] } }).join(),
    /^loadBalancer\.l2Policies\[0\]\.loadBalancerClass: is not an input; a policy selects Services, .* on the Service instead/,
  );
});

test("a value that is not one of the allowed ones is one problem, whatever its type", () => {
  for (const [delivery, quoted] of [
    ["helm", '"helm"'],
    [1, "1"],
    [null, "null"],
  ] as const) {
    assert.deepEqual(lines({ delivery }), [`delivery: is ${quoted}; allowed are "manifest", "chart", "machineConfig"`]);
  }
});

test("a missing member is named by its path", () => {
  assert.deepEqual(lines({ loadBalancer: { ipPools: [{ name: "a" }, { blocks: [] }] } }), [
    "loadBalancer.ipPools[0].blocks: is missing",
    "loadBalancer.ipPools[1].name: is missing",
  ]);
});

test("a number or a boolean instead of text has the advice to quote it, other types say what they must be", () => {
  assert.deepEqual(lines({ ciliumVersion: 1.18, namespace: true }), [
    "ciliumVersion: is the number 1.18; put it in quotes",
    "namespace: is the boolean true; put it in quotes",
  ]);
  assert.deepEqual(lines({ podCidr: null, lan: [], hubble: { enabled: "true" } }), [
    'hubble.enabled: is "true"; it must be true or false, without quotes',
    "lan: is []; it must be an object with the keys nodes, subnets, vip, gateway, dhcpRange",
    "podCidr: is null; it must be text",
  ]);
});

test("a number outside its range is quoted with the limit", () => {
  assert.deepEqual(lines({ kubePrism: { port: 70_000 } }), ["kubePrism.port: is 70000; it must be from 1 to 65535"]);
  assert.deepEqual(lines({ kubePrism: { port: 1.5 } }), ["kubePrism.port: is 1.5; it must be a whole number"]);
});

test("a wrong value is of the kind wrongType, so that checks do not run on it", () => {
  for (const args of [{ delivery: "helm" }, { podCidr: 1 }, { kubePrism: { port: 0 } }, { loadBalancer: { ipPools: [{}] } }]) {
    for (const { kind } of schemaProblems(args)) assert.equal(kind, "wrongType");
  }
});

test("all problems are found at once", () => {
  assert.equal(lines({ podCidr: 1, serviceCidr: 2, unknown: 3, kubePrism: { port: 0, host: 1 } }).length, 5);
});

test("if no form matches, the allowed forms are listed instead of the errors of each", () => {
  for (const keyword of ["anyOf", "oneOf"]) {
    const schema = { properties: { a: { [keyword]: [{ type: "string" }, { type: "object", required: ["b"] }] } } };
    assert.deepEqual(linesFor(schema, { a: { c: 1 } }), ['a: is {"c":1}; it must be text or an object']);
    assert.deepEqual(linesFor(schema, { a: "text" }), []);
  }
});

test("problems of a part are named by the input that the part belongs to", () => {
  const schema = { type: "object", properties: { replicas: { type: ["integer", "null"] } } };
  assert.deepEqual(linesFor(schema, { replicas: "one" }, "values"), [
    'values.replicas: is "one"; it must be a whole number or null',
  ]);
  assert.deepEqual(linesFor(schema, [], "values"), ["values: is []; it must be an object with the keys replicas"]);
});

test("the key of a map is written as it is, also with a slash, a tilde, or digits at its beginning", () => {
  const schema = { properties: { labels: { additionalProperties: { type: "string" } } } };
  for (const key of ["example.com/a", "a~b", "a~1b", "a.b", "2fa", "10gb-nic"]) {
    assert.deepEqual(linesFor(schema, { labels: { [key]: null } }, "values"), [`values.labels.${key}: is null; it must be text`]);
  }
});

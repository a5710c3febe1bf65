import assert from "node:assert/strict";
import { test } from "node:test";
import { pathsIn, propertiesOf, relevantPart, unknownPaths } from "../../../components/helm/valuesSchema.ts";

const text = { type: "string" };
const schema = {
  type: "object",
  required: ["bpf"],
  additionalProperties: false,
  properties: {
    bpf: {
      type: "object",
      properties: { masquerade: { type: "boolean" }, events: { type: "object", properties: { drop: text } } },
    },
    name: text,
    podAnnotations: { type: "object" },
    nodeSelector: { type: "object", properties: { "kubernetes.io/os": text } },
    affinity: { type: "object", properties: { podAntiAffinity: { type: "object", properties: { required: text } } } },
  },
};

test("a schema without properties has no keys", () => {
  assert.deepEqual(propertiesOf({}), {});
  assert.equal(propertiesOf(schema)["name"], text);
});

test("pathsIn lists every map and every value that the schema describes", () => {
  const { properties } = schema;
  assert.deepEqual(pathsIn({ properties: { bpf: properties.bpf, name: properties.name } }), [
    ["bpf"],
    ["bpf", "masquerade"],
    ["bpf", "events"],
    ["bpf", "events", "drop"],
    ["name"],
  ]);
  assert.deepEqual(pathsIn({}), []);
});

test("the relevant part has the keys of the values, at every depth, and all other constraints", () => {
  const part = relevantPart(schema, { bpf: { events: { drop: "a" } }, unknown: 1 });
  assert.deepEqual(part, {
    type: "object",
    required: ["bpf"],
    additionalProperties: false,
    properties: { bpf: { type: "object", properties: { events: { type: "object", properties: { drop: text } } } } },
  });
});

test("the relevant part of a schema for something that is not a map is the whole schema", () => {
  for (const values of [null, undefined, "a", 1, ["a"]]) assert.equal(relevantPart(schema, values), schema);
  assert.equal(relevantPart(text, { a: 1 }), text);
});

test("unknown paths are the topmost keys that the schema does not describe", () => {
  assert.deepEqual(unknownPaths({ bpf: { masquerade: true }, name: "a" }, schema), []);
  assert.deepEqual(unknownPaths({ misspelt: { a: { b: 1 } }, bpf: { events: { dorp: 1, drop: "a" } } }, schema), [
    ["misspelt"],
    ["bpf", "events", "dorp"],
  ]);
  assert.deepEqual(unknownPaths({ misspelt: null }, schema), [["misspelt"]]);
  assert.deepEqual(unknownPaths({ a: 1 }, {}), [["a"]]);
});

test("keys that every object inherits are unknown like others", () => {
  const hostile: unknown = JSON.parse('{ "constructor": 1, "toString": {}, "__proto__": 2 }');
  assert.deepEqual(unknownPaths(hostile, schema), [["constructor"], ["toString"], ["__proto__"]]);
  assert.deepEqual(propertiesOf(relevantPart(schema, hostile)), {});
});

test("a map whose keys the chart does not define takes any key: an empty one, labels, and an affinity", () => {
  for (const values of [
    { podAnnotations: { "example.com/a": "b", c: "d" } },
    { nodeSelector: { "example.com/role": "edge", disk: "ssd" } },
    { affinity: { nodeAffinity: { a: 1 } } },
  ]) {
    assert.deepEqual(unknownPaths(values, schema), []);
  }
});

test("a value that is not a map has no unknown paths, because the schema rejects it", () => {
  for (const values of [null, "a", ["a"], { bpf: "a" }, { bpf: [{ a: 1 }] }]) assert.deepEqual(unknownPaths(values, schema), []);
});

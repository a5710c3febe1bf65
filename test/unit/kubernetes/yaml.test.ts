import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readDocuments, writeDocument } from "../../../components/kubernetes/yaml.ts";
import { readAsKubernetes } from "../../harness/charts.ts";

// Scalars that readers of YAML read differently.
const numberLike =
  "0400 0o400 0O17 08 0x1F 0X1f 0b101 1_000 1__0 _1 1_ 190:20:30 12:30:45 1:30 1e6 1e+06 1E6 .5 5. . .e5 ._5 +.5 -.5 +1 -0 -0x10 +_5 0_x1f -_0b1";
const bigNumbers =
  "+9223372036854775808 -9223372036854775809 123456789012345678901234567890 9007199254740993 -9007199254740993 18446744073709551615 18446744073709551616 1e999";
const wordLike = "yes Yes YES no on On OFF y Y n N true TRUE True false null Null NULL ~ .inf -.Inf .NaN 2024-01-01 2024-1-1";
const punctuation =
  "2001-12-14t21:59:43.10-05:00 << = - ? : # ! & * | > % @ ` a:b #a 'a' \"a\" [a] {a} a,b -a ?a 1.2.3.4 10.244.0.0/16 1.0 v1.0";
const whitespace = ["", " ", " a", "a ", "a: b", "a #b", "a\nb", "a\nb\n", "\na", "a\n\n", "  a\nb", "a\tb", "\ta", "a\rb"];
const documentMarkers = ["---", "--- a", "...", "a\n---\nb", "%YAML 1.1"];
const unusualCharacters = ["é", "日本", "\u0000", "\u0007", "\u001b[0m", "\u0085", "\u2028", "\ufeff", "😀"];
const long = ["x".repeat(300), "word ".repeat(60)];
const tricky = [
  [numberLike, bigNumbers, wordLike, punctuation].flatMap((words) => words.split(" ")),
  whitespace,
  documentMarkers,
  unusualCharacters,
  long,
].flat();

const text = fc.oneof(
  fc.constantFrom(...tricky),
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.stringMatching(/^[-+0-9_.:eExob]{1,8}$/),
);
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small" }, text, number, fc.boolean(), fc.constant(null), tie("list"), tie("map")),
  list: fc.array(tie("value"), { maxLength: 4 }),
  map: fc.dictionary(text, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));

/** Whether a value has no lone surrogate: YAML cannot contain one, and Go's json writes it as U+FFFD. */
const isWellFormed = (item: unknown) => JSON.stringify(item) === JSON.stringify(item).replaceAll(/\\ud[89a-f]/gi, "");

test("Kubernetes reads back exactly what was written", () => {
  const samples = [
    ...tricky.map((item) => ({ [item]: item })),
    ...fc.sample(value.filter(isWellFormed), 2_000).map((item) => ({ item })),
  ];
  const read = readAsKubernetes(samples.map((sample) => `---\n${writeDocument(sample)}`).join(""));
  assert.equal(read.length, samples.length);
  samples.forEach((sample, index) => {
    assert.deepEqual(read[index], JSON.parse(JSON.stringify(sample)), writeDocument(sample));
  });
});

test("our own reader and a reader of YAML 1.2 read back the same", async () => {
  const { parse } = await import("yaml");
  fc.assert(
    fc.property(value.filter(isWellFormed), (item) => {
      const written = writeDocument({ item });
      assert.deepEqual(JSON.parse(JSON.stringify(readDocuments(written)[0]?.object, asDouble)), { item });
      assert.deepEqual(parse(written, { version: "1.2" }), { item });
    }),
    { numRuns: 500 },
  );
});

test("our reader reads plain scalars as Kubernetes does", () => {
  const plain = tricky.filter((item) => /^[\w+.:~/-]+$/.test(item) && !["-", ":", "---", "..."].includes(item));
  const random = fc
    .sample(fc.stringMatching(/^[-+]?[0-9.][0-9_.:eExobaf]{0,6}$/), 3_000)
    .filter((item) => !/:$|^-$|^\.\.\.$/.test(item));
  const streams = [...plain, ...random].map((item) => `item: ${item}\n`);
  const read = readAsKubernetes(streams.map((stream) => `---\n${stream}`).join(""));
  assert.equal(read.length, streams.length);
  streams.forEach((stream, index) => {
    const expected = read[index] as { error?: string };
    if (expected.error !== undefined) return; // JSON has neither infinity nor NaN
    assert.equal(JSON.stringify(readDocuments(stream)[0]?.object, asDouble), JSON.stringify(expected), stream);
  });
});

test("the mode of a volume is written as the number that Kubernetes reads", () => {
  const [document] = readDocuments("defaultMode: 0400\n");
  assert.equal(writeDocument(document?.object), "defaultMode: 256\n");
});

test("a document has the comment before it, and empty documents are left out", () => {
  const documents = readDocuments("---\n# Source: a.yaml\nkind: A\n---\n# nothing\n---\n---\n# Source: b.yaml\nkind: B\n");
  assert.deepEqual(
    documents.map(({ object, comment }) => [object.kind, comment.trim()]),
    [
      ["A", "Source: a.yaml"],
      ["B", "Source: b.yaml"],
    ],
  );
});

// JSON.parse reads a 64-bit integer that Go prints as a double, too.
function asDouble(_key: string, item: unknown): unknown {
  return typeof item === "bigint" ? Number(item) : item;
}

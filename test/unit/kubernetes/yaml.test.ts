import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { readObjects, readStream, writeDocument } from "../../../components/kubernetes/yaml.ts";
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
      assert.deepEqual(JSON.parse(JSON.stringify(readObjects(written)[0], asDouble)), { item });
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
    assert.equal(JSON.stringify(readObjects(stream)[0], asDouble), JSON.stringify(expected), stream);
  });
});

// What people and templates write, by what it is about.
const structures = [
  [
    "a: |\n  b\n   c\n\n  d\n",
    "a: |-\n  b\n",
    "a: |+\n  b\n\n\n",
    "a: |2\n    b\n",
    "a: |\n  # no comment\n  --- no marker\n",
    "a: |\n",
  ],
  ["a: >\n  b\n  c\n\n  d\n    e\n  f\n", "a: >-\n  b\n\n  c\n", "a: >+\n  b\n\n"],
  [
    "a: b\n  c\n\n  d\n",
    "a: 'b\n  c'' d\n\n  e'\n",
    'a: "b\n  c \\\n  d\\te\\u00e9\\x41"\n',
    "a: b # c\n",
    "a: b#c\n",
    "a: 'b: c'\n",
  ],
  [
    "a: [b, 'c', {d: e}, [], {}, ]\n",
    "a: {b: c, d: , 'e': [f]}\n",
    "a: [b: c]\n",
    "a: [\n  b,\n  c # d\n  ]\n",
    '{"a":1,"b":[true,null]}\n',
  ],
  [
    "a:\n- b\n- c: d\n  e: f\n-\n- - g\n  - h\n",
    "a:\n  - b\n",
    "- a\n- b\n",
    "a:\nb:\n",
    "a: \n  b: c\n",
    "a:   b   \n",
    "a:\n\n\n  b: 1\n\n",
  ],
  [
    "a: &x {b: c}\nd: *x\n",
    "a: &x 1\nb: [*x, *x]\n",
    "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n",
    "a: &x {b: 1}\ne: &y {b: 2, f: 3}\nd:\n  <<: [*x, *y]\n",
  ],
  ["a: !!str 1\n", 'a: !!int "3"\n', "a: !!binary aGVsbG8=\n", 'a: !!float "1"\n', "a: !!null ''\n", "a: !!bool 'true'\n"],
  ["1: a\n2.5: b\n", "true: a\nyes: b\n", "null: a\n", "'1': a\n", "? a\n: b\n", "0x10: a\n", "2024-01-01: a\n"],
  ["a: 1\na: 2\n", "a: {b: 1, b: 2}\n", "a: 1\nb: 2\na: 3\n"],
  [
    "a: b\r\nc: d\r\n",
    "# only a comment\n",
    "",
    "~\n",
    "a: b\n...\n",
    "%YAML 1.1\n---\na: b\n",
    'a: "\\u2028"\n',
    "a: é日本😀\n",
    "a:\tb\n",
  ],
  [
    "a: b: c\n",
    "a: [\n",
    "\ta: b\n",
    "a: *x\n",
    "a: 'b\n",
    "a: @b\n",
    "a: `b\n",
    "a: %b\n",
    "a: !!x y\n",
    "a: b\n c: d\n",
    "- a\nb: c\n",
  ],
].flat();

test("our reader reads the structure of documents as Kubernetes does, and refuses what it refuses", () => {
  const differences = structures.flatMap((stream) => {
    const expected = tryTo(() => readAsKubernetes(stream)[0] ?? null);
    const actual = tryTo(() => readStream(stream, { uniqueKeys: false })[0] ?? null);
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(actual, asDouble)), expected)) return [];
    return [{ stream, actual, expected }];
  });
  // Nobody writes these: JSON has no key null, the judge splits documents before it reads directives, and nothing defines tags of its own.
  assert.deepEqual(differences, [
    { stream: "null: a\n", actual: { null: "a" }, expected: "refused" },
    { stream: "%YAML 1.1\n---\na: b\n", actual: { a: "b" }, expected: "refused" },
    { stream: "a: !!x y\n", actual: "refused", expected: { a: "y" } },
  ]);
});

/** The result, or a placeholder for any error. */
function tryTo(read: () => unknown): unknown {
  try {
    const result = read() as { error?: unknown } | null;
    return result?.error === undefined ? result : "refused";
  } catch {
    return "refused";
  }
}

test("the mode of a volume is written as the number that Kubernetes reads", () => {
  const [object] = readObjects("defaultMode: 0400\n");
  assert.equal(writeDocument(object), "defaultMode: 256\n");
});

test("empty documents are no objects", () => {
  const objects = readObjects("---\n# Source: a.yaml\nkind: A\n---\n# nothing\n---\n---\n# Source: b.yaml\nkind: B\n");
  assert.deepEqual(objects, [{ kind: "A" }, { kind: "B" }]);
});

test("a key that is there twice is refused where keys must be unique", () => {
  assert.throws(() => readStream("a: 1\na: 2\n", { uniqueKeys: true }), /duplicated mapping key/);
});

test("a few aliases are followed, and so many that they could stand for billions of values are refused", () => {
  const aliases = (count: number) => `a: &a b\nc: [${"*a,".repeat(count)}]\n`;
  assert.deepEqual(readStream(aliases(3), { uniqueKeys: true }), [{ a: "b", c: ["b", "b", "b"] }]);
  assert.throws(() => readStream(aliases(21), { uniqueKeys: true }), /aliases/);
});

// JSON.parse reads a 64-bit integer that Go prints as a double, too.
function asDouble(_key: string, item: unknown): unknown {
  return typeof item === "bigint" ? Number(item) : item;
}

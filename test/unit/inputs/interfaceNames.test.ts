import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { findName, type NameSet, namesOf, namesWith } from "../../../components/inputs/interfaceNames.ts";
import { askGo } from "../../harness/goRegexp.ts";

const anywhere = (text: string): NameSet => ({ expression: RE2JS.compile(text), whole: false });
const all = (matches: readonly boolean[]): boolean => matches.every(Boolean);

/** A name that begins with the stem and that the pattern matches. */
const withStem = (stem: string, pattern: string): string | undefined =>
  findName([namesWith(stem, false), anywhere(pattern)], all).name;

test("a pattern fits a wildcard if it matches some name with this beginning", () => {
  for (const [stem, pattern, expected] of [
    ["enp", "^enp12s0$", "enp12s0"],
    ["enp", "^enp12s0", "enp12s0"],
    ["enp1", "^enp12s0$", "enp12s0"],
    ["enp12s0", "^enp12s0$", "enp12s0"],
    ["enp12s01", "^enp12s0$", undefined],
    ["enp", "s0$", "enps0"],
    ["enp", String.raw`^en\w+\.100$`, "enp.100"],
    ["enp", "^eno", undefined],
    ["eth", "^(?i)ETH[1-3]$", "eth1"],
    ["eth", "^ETH", undefined],
    ["eth", "^enp|^eth9", "eth9"],
    ["", "^wl", "wl"],
    ["en", String.raw`^\Qenp1.5`, "enp1.5"],
    ["en", "^enp.{12}$", "enp000000000000"],
    ["en", "^enp.{13}$", undefined],
    ["en", "^en é?$", undefined],
    ["en", "^ené$", "ené"],
    ["en", "^ené{6}$", "enéééééé"],
    ["en", "^ené{7}$", undefined],
    ["en", "[ \t/:]", undefined],
    ["en", "[^0-9A-Za-z]$", "en-"],
    ["en", String.raw`\bs0\b`, "en-s0"],
    ["en", String.raw`^en\Bx\b`, "enx"],
    ["en", String.raw`^en\bx`, undefined],
    ["en", "(?P<n>p)x", "enpx"],
    ["en", String.raw`\Aenq\z`, "enq"],
    ["en", "a$b", undefined],
    ["en", "", "en"],
    ["br", "^$", undefined],
  ] as const) {
    assert.equal(withStem(stem, pattern), expected, `${stem}+ ${pattern}`);
  }
});

test("names are quoted: only the plus sign of a wildcard has a meaning", () => {
  assert.equal(findName([namesWith("en.1", true), anywhere("^en01$")], all).name, undefined);
  assert.equal(findName([namesWith("en.1", true), anywhere(String.raw`^en\.1$`)], all).name, "en.1");
});

test("the empty text counts only if it is asked for", () => {
  assert.deepEqual(findName([namesOf("x*")], all), { name: "x", complete: true });
  assert.deepEqual(findName([namesOf("x*")], all, { orEmpty: true }), { name: "", complete: true });
});

test("a search with too many states is given up, and says so", () => {
  const letters = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
  const sets = letters.map((letter) => anywhere(`${letter}.*${letter}.*${letter}.*0`));
  assert.deepEqual(findName(sets, all), { name: undefined, complete: false });
});

/** Pieces from which patterns over a small alphabet are put together at random. */
const pieces = [
  "a",
  "b",
  "0",
  "-",
  ".",
  "^",
  "$",
  "[ab]",
  "[^a]",
  "[^-]",
  "(?i)",
  "B",
  "(?i:A)",
  "(?m)",
  "(?s)",
  "(?U)",
  "*",
  "+",
  "?",
  "*?",
  "{2}",
  "{0,1}",
  "|",
  "(",
  ")",
  "(?:",
  "(?P<n>",
  String.raw`\b`,
  String.raw`\B`,
  String.raw`\A`,
  String.raw`\z`,
  String.raw`\w`,
  String.raw`\W`,
  String.raw`\d`,
  String.raw`\D`,
  String.raw`\pL`,
  String.raw`\PL`,
  String.raw`\Qa`,
  String.raw`\E`,
  "[[:alpha:]]",
];

/** All names of at most four characters of the alphabet, the shortest first. */
const alphabet = ["a", "b", "0", "-"];
const names = alphabet.flatMap((_, length) => words(length + 1));

function words(length: number): readonly string[] {
  return length === 0 ? [""] : words(length - 1).flatMap((word) => alphabet.map((letter) => `${word}${letter}`));
}

const pattern = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 7 }).map((parts) => parts.join(""));
const stems = names.filter((name) => name.length <= 2);

test("generated patterns: a name of a stem is reported if, and only if, Go matches one of all names over a small alphabet", () => {
  const samples = fc.sample(fc.tuple(pattern, fc.constantFrom("", ...stems)), { numRuns: 1500, seed: 6 });
  const answers = askGo(
    samples.map(([text]) => text),
    names,
  );
  const universe = namesOf(`[${alphabet.join("")}]{1,4}`);
  let possible = 0;
  let impossible = 0;
  for (const [index, [text, stem]] of samples.entries()) {
    const matches = answers[index]?.matches ?? [];
    if (matches.length === 0) continue;
    const expected = names.filter((name, at) => name.startsWith(stem) && matches[at]);
    const { name, complete } = findName([universe, namesWith(stem, false), anywhere(text)], all);
    assert(complete, text);
    assert.equal(
      name?.length,
      expected[0]?.length,
      `${text} with ${stem}: ${name ?? "none"}, but Go: ${expected.slice(0, 3).join(" ")}`,
    );
    if (name === undefined) impossible += 1;
    else possible += 1;
    assert(name === undefined || expected.includes(name), `${text} with ${stem}: ${name ?? ""}`);
  }
  assert(possible > 200 && impossible > 100, `${possible} possible, ${impossible} impossible`);
});

test("generated patterns: one that matches and one that does not, together", () => {
  const samples = fc.sample(fc.tuple(pattern, pattern), { numRuns: 1500, seed: 7 });
  const texts = samples.flat();
  const answers = askGo(texts, names);
  const universe = namesOf(`[${alphabet.join("")}]{1,4}`);
  let judged = 0;
  for (const [index, [first, second]] of samples.entries()) {
    const matchesFirst = answers[index * 2]?.matches ?? [];
    const matchesSecond = answers[index * 2 + 1]?.matches ?? [];
    if (matchesFirst.length === 0 || matchesSecond.length === 0) continue;
    judged += 1;
    const expected = names.filter((_, at) => matchesFirst[at] === true && matchesSecond[at] === false);
    const { name } = findName(
      [universe, anywhere(first), anywhere(second)],
      ([isName, isFirst, isSecond]) => isName === true && isFirst === true && isSecond === false,
    );
    assert.equal(name === undefined, expected.length === 0, `${first} without ${second}: ${name ?? "none"}`);
    assert(name === undefined || expected.includes(name), `${first} without ${second}: ${name ?? ""}`);
  }
  assert(judged > 200, `${judged} judged`);
});

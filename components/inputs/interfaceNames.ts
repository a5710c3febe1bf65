import { createRequire } from "node:module";
import type { RE2JS } from "re2js";

const require = createRequire(import.meta.url);

// Searches for an interface name that some regular expressions match and others do not. Nothing is guessed: the search goes through the
// compiled expressions side by side, one character at a time, and visits every combination of states that a name can reach.

/** The names that a compiled expression matches. */
export interface NameSet {
  readonly expression: RE2JS;
  /** Whether the expression must match the whole name. Otherwise it matches anywhere in it, as Go's MatchString does. */
  readonly whole: boolean;
}

export interface NameSearch {
  /** The shortest name that was accepted. Undefined if there is none. */
  readonly name: string | undefined;
  /** False if the search was given up, because the expressions have too many states. */
  readonly complete: boolean;
}

/** The names that an RE2 expression matches as a whole. */
export function namesOf(text: string): NameSet {
  const { RE2JS } = require("re2js") as typeof import("re2js");
  return { expression: RE2JS.compile(text), whole: true };
}

/** The names that begin with a text, or with `exactly` this name. */
export function namesWith(text: string, exactly: boolean): NameSet {
  const { RE2JS } = require("re2js") as typeof import("re2js");
  return namesOf(`${RE2JS.quote(text)}${exactly ? "" : ".*"}`);
}

/** Linux allows 15 bytes. */
const longestName = 15;
/** Patterns that people write have less than 100 combinations of states. */
const mostVisits = 10_000;

/**
 * Searches for the shortest interface name that `accepts` accepts. It is asked which of the sets have the name. Interface names have at most
 * 15 bytes and contain neither blanks nor `/` nor `:`.
 */
export function findName(
  sets: readonly NameSet[],
  accepts: (matches: readonly boolean[]) => boolean,
  { orEmpty = false } = {},
): NameSearch {
  const automata = sets.map(automatonOf);
  const characters = representatives(automata);
  const start: Position = { name: "", isWord: false, threads: automata.map(() => []) };
  const byLength: Map<string, Position>[] = Array.from({ length: longestName + 1 }, () => new Map<string, Position>());
  byLength[0]?.set("", start);
  const visited = new Set<string>();
  for (const [length, positions] of byLength.entries()) {
    for (const [key, position] of positions) {
      if (visited.has(key)) continue;
      visited.add(key);
      if (visited.size > mostVisits) return { name: undefined, complete: false };
      const atEnd = closures(automata, position, undefined);
      if ((orEmpty || length > 0) && accepts(atEnd.map(({ matched }) => matched))) return { name: position.name, complete: true };
      const beforeWord = closures(automata, position, true);
      const beforeOther = closures(automata, position, false);
      for (const character of characters) {
        const longer = byLength[length + character.bytes];
        if (longer === undefined) continue;
        const next = advance(automata, position, character.isWord ? beforeWord : beforeOther, character);
        const nextKey = keyOf(next);
        if (!longer.has(nextKey)) longer.set(nextKey, next);
      }
    }
  }
  return { name: undefined, complete: true };
}

// The program that RE2 compiles an expression to, with the fields and numbers that Go's regexp/syntax documents. re2js is pinned to one
// release, because it does not document them; the unit test compares the answers with its matcher.
interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: Int32Array;
  matchRune(rune: number): boolean;
}
const operations = {
  alternative: 1,
  alternativeMatch: 2,
  capture: 3,
  emptyWidth: 4,
  match: 6,
  nothing: 7,
  rune: 8,
  anyNotNewline: 11,
};
const conditions = { beginLine: 1, endLine: 2, beginText: 4, endText: 8, wordBoundary: 16, noWordBoundary: 32 };

interface Automaton {
  readonly instructions: readonly Instruction[];
  readonly start: number;
  readonly whole: boolean;
}

/** Where the automata are after a name. The threads of one that has matched for good are undefined. */
interface Position {
  readonly name: string;
  /** Whether the last character is one of `\w`. */
  readonly isWord: boolean;
  readonly threads: readonly (readonly number[] | undefined)[];
}

/** What an automaton can do next: match here, or read one of the characters of these instructions. */
interface Closure {
  readonly matched: boolean;
  readonly readers: readonly Instruction[];
}

function automatonOf({ expression, whole }: NameSet): Automaton {
  const { inst, start } = expression.re2Input.prog as { readonly inst: readonly Instruction[]; readonly start: number };
  return { instructions: inst, start, whole };
}

/** Follows all instructions that read nothing. `nextIsWord` is undefined at the end of the name. */
function closures(automata: readonly Automaton[], position: Position, nextIsWord: boolean | undefined): readonly Closure[] {
  const isFirst = position.name === "";
  const { beginLine, beginText, endLine, endText, wordBoundary, noWordBoundary } = conditions;
  const holds =
    (isFirst ? beginLine | beginText : 0) |
    (nextIsWord === undefined ? endLine | endText : 0) |
    (position.isWord === (nextIsWord ?? false) ? noWordBoundary : wordBoundary);
  return automata.map(({ instructions, start, whole }, index) => {
    const threads = position.threads[index];
    if (threads === undefined) return { matched: true, readers: [] };
    const pending = whole && !isFirst ? [...threads] : [...threads, start];
    const seen = new Set<number>();
    const readers: Instruction[] = [];
    let matched = false;
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const instruction = instructions[at];
      if (instruction === undefined || seen.has(at)) continue;
      seen.add(at);
      const { op, out, arg } = instruction;
      if (op === operations.alternative || op === operations.alternativeMatch) pending.push(out, arg);
      if (op === operations.capture || op === operations.nothing) pending.push(out);
      if (op === operations.emptyWidth && (arg & ~holds) === 0) pending.push(out);
      if (op === operations.match && (!whole || nextIsWord === undefined)) matched = true;
      if (readsRune(instruction)) readers.push(instruction);
    }
    return { matched, readers };
  });
}

function readsRune({ op }: Instruction): boolean {
  return op >= operations.rune && op <= operations.anyNotNewline;
}

function advance(
  automata: readonly Automaton[],
  { name }: Position,
  before: readonly Closure[],
  { rune, isWord }: Character,
): Position {
  const threads = automata.map((_, index) => {
    const { matched = false, readers = [] } = before[index] ?? {};
    if (matched) return undefined;
    return [...new Set(readers.filter((reader) => reader.matchRune(rune)).map(({ out }) => out))].toSorted((a, b) => a - b);
  });
  return { name: `${name}${String.fromCodePoint(rune)}`, isWord, threads };
}

function keyOf({ isWord, threads }: Position): string {
  return `${isWord} ${threads.map((each) => each?.join(",") ?? "matched").join(" ")}`;
}

interface Character {
  readonly rune: number;
  readonly bytes: number;
  readonly isWord: boolean;
}

/** One character of each kind that the automata tell apart, the shortest first. */
function representatives(automata: readonly Automaton[]): readonly Character[] {
  const readers = automata.flatMap(({ instructions }) => instructions.filter(readsRune));
  const kinds = new Map<string, Character>();
  for (const rune of candidates(readers)) {
    const isWord = rune < 128 && /\w/.test(String.fromCodePoint(rune));
    const kind = `${isWord} ${readers.map((reader) => (reader.matchRune(rune) ? 1 : 0)).join("")}`;
    if (!kinds.has(kind)) kinds.set(kind, { rune, bytes: Buffer.byteLength(String.fromCodePoint(rune)), isWord });
  }
  return [...kinds.values()];
}

/** All letters, digits and signs of ASCII, and of the rest of Unicode the first and the last character of every range, in ascending order. */
function candidates(readers: readonly Instruction[]): readonly number[] {
  const ascii = Array.from({ length: 128 }, (_, rune) => rune).filter((rune) => /[^\s/:\0]/.test(String.fromCharCode(rune)));
  const edges = readers.flatMap(({ runes }) => [...runes].flatMap((rune) => [rune - 1, rune, rune + 1, ...caseVariants(rune)]));
  const others = [0x80, ...edges].filter((rune) => rune >= 0x80 && rune <= 0x10_ff_ff && !(rune >= 0xd8_00 && rune <= 0xdf_ff));
  // Those of usual names come first, so that the name reads well in a message.
  const plain = ["0-9", "a-z", "-._"].flatMap((some) =>
    ascii.filter((rune) => new RegExp(`[${some}]`).test(String.fromCharCode(rune))),
  );
  return [...new Set([...plain, ...ascii, ...others.toSorted((a, b) => a - b)])];
}

/** The characters that are equal to this one if case does not matter. */
function caseVariants(rune: number): readonly number[] {
  const character = String.fromCodePoint(rune);
  // The long s and the Kelvin sign are the only ones that are equal to a letter of ASCII.
  const variants = [character.toLowerCase(), character.toUpperCase(), "\u{17f}", "\u{212a}"];
  return variants.flatMap((variant) => (Array.from(variant).length === 1 ? [variant.codePointAt(0) ?? rune] : []));
}

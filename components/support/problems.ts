/**
 * The kind of a problem, for code that treats kinds differently:
 *
 * - `invalid`: the value has the right type, and a check refuses it or warns of it
 * - `wrongType`: the value has another type than the input, or is missing
 * - `unknownInput`: there is no such input
 * - `notPlainData`: the value is an Output, a function or something else that JSON cannot hold
 * - `circular`: the value contains itself, so nothing that walks through it would end
 */
export type ProblemKind = "invalid" | "wrongType" | "unknownInput" | "notPlainData" | "circular";

/** One thing that is wrong with the inputs, or deserves a warning. */
export interface Problem {
  /** The input as a path, such as `loadBalancer.ipPools[0].blocks[1]`. */
  readonly input: string;
  /** What the value was, what is allowed, and what to do. */
  readonly message: string;
  readonly kind: ProblemKind;
}

/** A problem of the kind `invalid`. */
export function problem(input: string, message: string): Problem {
  return { input, message, kind: "invalid" };
}

/** The path of an input, such as `loadBalancer.ipPools[0]` of `["loadBalancer", "ipPools", 0]`. */
export function inputAt(path: readonly (string | number)[]): string {
  const parts = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`));
  return parts.join("").replace(/^\./, "");
}

/** The top-level input that an input belongs to: `loadBalancer` for `loadBalancer.ipPools[0]`. */
export function topLevelKey({ input }: Pick<Problem, "input">): string {
  return input.split(/[.[]/, 1)[0] ?? input;
}

/** Whether `input` is `outer` itself or lies inside it. */
export function isWithin(input: string, outer: string): boolean {
  return input === outer || input.startsWith(`${outer}.`) || input.startsWith(`${outer}[`);
}

/** The inputs cannot work, and nothing was done. The message names every problem. */
export class InputError extends Error {
  override readonly name = "InputError";
  /** Sorted by input, without duplicates. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: { cause?: unknown }) {
    const sorted = sortProblems(problems);
    super(describeProblems(sorted), options);
    this.problems = sorted;
  }
}

/** Throws an InputError with one problem. */
export function refuse(input: string, message: string): never {
  throw new InputError([problem(input, message)]);
}

/** One line for each problem, sorted by input; several problems get a headline. */
export function describeProblems(problems: readonly Problem[]): string {
  const lines = problemLines(problems);
  if (lines.length === 1) return lines.join("");
  return [`${lines.length} inputs cannot work:`, ...lines].join("\n  ");
}

/** `input: message` for each problem, sorted by input. */
export function problemLines(problems: readonly Problem[]): readonly string[] {
  return sortProblems(problems).map(({ input, message }) => `${input}: ${message}`);
}

/** Each problem once, sorted by input, with `[2]` before `[10]`. */
function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length === 0) return problems;
  const { compare } = new Intl.Collator("en", { numeric: true });
  const unique = new Map(problems.map((each) => [`${each.input}: ${each.message}`, each]));
  return [...unique.values()].sort((a, b) => compare(a.input, b.input) || compare(a.message, b.message));
}

/** Quotes a value for a message: as JSON, cut after 60 characters. */
export function quote(value: unknown): string {
  const text = toText(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function toText(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  // JSON.stringify returns undefined for undefined and for functions.
  const json = JSON.stringify(value) as string | undefined;
  return json ?? typeof value;
}

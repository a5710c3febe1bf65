/** One thing that is wrong with the inputs. */
export interface Problem {
  /** The input as a path, such as `loadBalancer.ipPools[0].blocks[1]`. */
  readonly input: string;
  /** What it was, what is allowed, what to do. */
  readonly message: string;
}

/** The inputs cannot work; nothing was done. Its message names every problem. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    const each = sorted(problems);
    super(describe(each), options);
    this.problems = each;
  }
}

/** Throws an InputError of one problem. */
export function refuse(input: string, message: string): never {
  throw new InputError([{ input, message }]);
}

/** The problems for reading: sorted by input, one a line. */
export function describe(problems: readonly Problem[]): string {
  const lines = sorted(problems).map(({ input, message }) => `${input}: ${message}`);
  return lines.length === 1 ? lines.join("") : [`${lines.length} inputs cannot work:`, ...lines].join("\n  ");
}

/** Warnings as they are shown. */
export function warningsOf(problems: readonly Problem[]): readonly string[] {
  return sorted(problems).map(({ input, message }) => `${input}: ${message}`);
}

/** Each once, in the order of the inputs, `[2]` before `[10]`. */
function sorted(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length === 0) return problems;
  const { compare } = new Intl.Collator("en", { numeric: true });
  const unique = new Map(problems.map((problem) => [`${problem.input}: ${problem.message}`, problem]));
  return [...unique.values()].sort((a, b) => compare(a.input, b.input) || compare(a.message, b.message));
}

/** A value as it stands in a message. */
export function shown(value: unknown): string {
  // JSON has no word for undefined, functions and bigints.
  const text = typeof value === "bigint" ? `${value}n` : ((JSON.stringify(value) as string | undefined) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

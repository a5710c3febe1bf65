import { styleText } from "node:util";

/** Prints a line to standard error; standard output is for the result of a command. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs one step of a command and prints its outcome and duration. `work` returns its result and a summary for the user. */
export async function step<T>(name: string, work: () => Promise<readonly [result: T, summary: string]>): Promise<T> {
  const start = performance.now();
  try {
    const [result, summary] = await work();
    say(`${mark("green", "✓")} ${name.padEnd(8)} ${summary} ${dim(`(${secondsSince(start)})`)}`);
    return result;
  } catch (error) {
    say(`${mark("red", "✗")} ${name}`);
    throw error;
  }
}

/** Prints a line of progress within a step. */
export function progress(line: string): void {
  say(dim(`  ${line}`));
}

/** Ends the command with an error message, without a stack trace. */
export function fail(error: unknown): never {
  say(`${mark("red", "error:")} ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

/** Formats the time since a `performance.now()`, such as `1.2 s`. */
export function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

export function dim(text: string): string {
  return styleText("dim", text, { stream: process.stderr });
}

export function mark(color: "green" | "red", text: string): string {
  return styleText(color, text, { stream: process.stderr });
}

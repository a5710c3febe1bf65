import { styleText } from "node:util";

/** Says what is going on; standard output is for what a command makes. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Does one step of a command and says how it went and how long it took. `work` returns what there is to tell. */
export async function step<T>(name: string, work: () => Promise<readonly [result: T, told: string]>): Promise<T> {
  const start = performance.now();
  try {
    const [result, told] = await work();
    say(`${mark("green", "✓")} ${name.padEnd(8)} ${told} ${dim(`(${secondsSince(start)})`)}`);
    return result;
  } catch (error) {
    say(`${mark("red", "✗")} ${name}`);
    throw error;
  }
}

/** A line of progress within a step. */
export function progress(line: string): void {
  say(dim(`  ${line}`));
}

/** Ends the command with one error that a person can read. */
export function fail(error: unknown): never {
  say(`${mark("red", "error:")} ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

/** `1.2 s` since a `performance.now()`. */
export function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

export function dim(text: string): string {
  return styleText("dim", text, { stream: process.stderr });
}

export function mark(color: "green" | "red", text: string): string {
  return styleText(color, text, { stream: process.stderr });
}

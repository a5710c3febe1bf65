import { styleText } from "node:util";

/** Prints a line to standard error; standard output is for the result of a command. */
export function say(line: string): void {
  clearBar();
  process.stderr.write(`${line}\n`);
}

/** The progress of downloads by name, in bytes. */
const transfers = new Map<string, readonly [received: number, total: number]>();
let isBarVisible = false;

/** Draws the progress of all downloads on the last line of the terminal. Elsewhere it draws nothing. A download ends with all of its bytes. */
export function transferred(name: string, received: number, total: number): void {
  if (!process.stderr.isTTY) return;
  if (received === total) transfers.delete(name);
  else transfers.set(name, [received, total]);
  clearBar();
  if (transfers.size === 0) return;
  const bars = [...transfers].map(([each, [part, whole]]) => describeTransfer(each, part, whole));
  // A line that wraps could not be removed.
  process.stderr.write(`  ${bars.join("  ")}`.slice(0, process.stderr.columns - 1));
  isBarVisible = true;
}

/** `helm ████████░░░░ 12 of 18 MB` */
export function describeTransfer(name: string, received: number, total: number): string {
  const megabytes = (bytes: number) => Math.round(bytes / 1_000_000);
  if (Number.isNaN(total)) return `${name} ${megabytes(received)} MB`;
  const width = 12;
  const filled = Math.floor((received / total) * width);
  return `${name} ${"█".repeat(filled)}${"░".repeat(width - filled)} ${megabytes(received)} of ${megabytes(total)} MB`;
}

function clearBar(): void {
  if (!isBarVisible) return;
  process.stderr.write("\r\u001b[K");
  isBarVisible = false;
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

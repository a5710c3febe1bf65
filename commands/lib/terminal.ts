import { styleText } from "node:util";
import { wrap } from "../../components/support/wrap.ts";

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
  const [first = "", ...others] = (error instanceof Error ? error.message : String(error)).split("\n");
  // Without its own color, because the escape sequence would count as characters.
  const [line = "", ...rest] = wrap(`error: ${first}`, 4, outputWidth());
  say(
    [line.replace(/^error:/, mark("red", "error:")), ...rest, ...others.flatMap((each) => wrap(each, 4, outputWidth()))].join(
      "\n",
    ),
  );
  process.exit(1);
}

/** The lines beside a name that stands before the first of them, such as `warnings  ...`. */
export function twoColumns(name: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => `${(index === 0 ? name : "").padEnd(9)} ${line}`);
}

/**
 * How wide lines are: as wide as the terminal, but from 60 to 120 columns, and 120 if the output goes to a file or to another program. With COLUMNS in the
 * environment, as wide as it says: a large number keeps every message on one line.
 */
export function outputWidth({ columns = 120 }: { readonly columns?: number } = process.stderr): number {
  const wanted = Number(process.env["COLUMNS"]);
  return wanted > 0 ? wanted : Math.min(Math.max(columns, 60), 120);
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

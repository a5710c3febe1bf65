import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { writeExecutable } from "./fakeHelm.ts";

/** What the fake talosctl prints: a text on standard output, or a failure with this text on standard error. */
export type Answer = string | { readonly failure: string };

/** How it was called. */
export interface TalosctlCall {
  readonly args: readonly string[];
  /** The talosconfig that it got, with the permissions of its file. */
  readonly config?: { readonly text: string; readonly mode: number; readonly file: string };
}

/** A talosctl that is first on PATH, with an answer for each command. */
export class FakeTalosctl {
  readonly #folder = mkdtempSync(join(tmpdir(), "fake-talosctl-"));
  readonly #path = process.env["PATH"];

  constructor(answers: Readonly<Record<string, Answer>>) {
    this.answer({ version: "Talos v1.13.9\n", ...answers });
    const script = `#!${process.execPath}
const fs = require("node:fs");
const args = process.argv.slice(2);
const file = args[args.indexOf("--talosconfig") + 1];
const config = args.includes("--talosconfig")
  ? { text: fs.readFileSync(file, "utf8"), mode: fs.statSync(file).mode & 0o777, file }
  : undefined;
fs.appendFileSync(${JSON.stringify(this.#calls)}, JSON.stringify({ args, config }) + "\\n");
const answers = JSON.parse(fs.readFileSync(${JSON.stringify(join(this.#folder, "answers.json"))}, "utf8"));
const answer = (args.includes("--dry-run") ? answers["dry-run"] : undefined) ?? answers[args[0]] ?? { failure: "no answer" };
if (typeof answer === "string") process.stdout.write(answer);
else {
  process.stderr.write(answer.failure);
  process.exitCode = 1;
}
`;
    writeExecutable(join(this.#folder, "talosctl"), script);
    process.env["PATH"] = [this.#folder, this.#path].join(delimiter);
  }

  get #calls(): string {
    return join(this.#folder, "calls.log");
  }

  /** Replaces all answers. */
  answer(answers: Readonly<Record<string, Answer>>): void {
    // A call at this moment reads the old answers or the new ones, and never half of them.
    const file = join(this.#folder, "answers.json");
    writeFileSync(`${file}.new`, JSON.stringify(answers));
    renameSync(`${file}.new`, file);
  }

  /** The calls so far, the oldest first. */
  calls(): readonly TalosctlCall[] {
    if (!existsSync(this.#calls)) return [];
    const lines = readFileSync(this.#calls, "utf8").trim().split("\n");
    return lines.map((line) => JSON.parse(line) as TalosctlCall);
  }

  /** Removes it from PATH. */
  remove(): void {
    process.env["PATH"] = this.#path;
    rmSync(this.#folder, { recursive: true });
  }
}

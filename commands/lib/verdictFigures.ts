import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";

/** What Cilium's agent did with generated combinations of settings. */
export interface VerdictFigures {
  readonly accepted: number;
  readonly acceptedButRefused: number;
  /** Combinations that a check refuses because the agent would not start. */
  readonly refused: number;
  readonly refusedButStarts: number;
  /** Combinations about which the agent could not say anything, because the kernel lacks a feature. */
  readonly undecided: number;
}

/** The file with the figures. */
export const figuresFile = join(root, "docs", "verdicts.json");

/** The figures of the last long run, by Cilium release. */
export function readFigures(): Readonly<Record<string, VerdictFigures>> {
  return existsSync(figuresFile)
    ? (JSON.parse(readFileSync(figuresFile, "utf8")) as Readonly<Record<string, VerdictFigures>>)
    : {};
}

import { globSync } from "node:fs";
import { join } from "node:path";
import { runUnchecked } from "../../tools/childProcess.mjs";
import { root } from "./root.ts";

/**
 * Returns what actionlint finds wrong with the workflows of a folder, one line for each problem.
 *
 * It calls neither shellcheck nor pyflakes, which only some machines have: the result must be the same on all.
 */
export function findWorkflowProblems(actionlint: string, folder: string = root): readonly string[] {
  const files = globSync(".github/workflows/*.{yml,yaml}", { cwd: folder }).toSorted();
  if (files.length === 0) throw new Error(`${join(folder, ".github", "workflows")} has no workflow`);
  const args = ["-no-color", "-oneline", "-shellcheck=", "-pyflakes=", ...files];
  const { status, stdout, stderr } = runUnchecked(actionlint, args, { cwd: folder, seconds: 60 });
  if (status === 0) return [];
  // 1: it found problems. Everything else is a failure of its own.
  if (status !== 1) throw new Error(`actionlint failed with exit code ${status}: ${stderr}`);
  return stdout.trimEnd().split("\n");
}

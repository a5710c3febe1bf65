import assert from "node:assert/strict";
import { join } from "node:path";
import { attempt } from "../../tools/childProcess.mjs";
import type { Operation, Refusal } from "../processes/refused.ts";

/** What the engine says to an operation that it has to refuse, and what it leaves behind. */
export function refusalOf(operation: Operation, environment: NodeJS.ProcessEnv = process.env): Refusal {
  const script = join(import.meta.dirname, "..", "processes", "refused.ts");
  const { status, stdout, stderr } = attempt(process.execPath, [script, JSON.stringify(operation)], { env: environment });
  assert.notEqual(stdout, "", status === 0 ? "the engine accepts it" : `exit status ${status}\n${stderr}`);
  return JSON.parse(stdout) as Refusal;
}

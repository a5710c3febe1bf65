import assert from "node:assert/strict";
import { join } from "node:path";
import { runUnchecked } from "../../tools/childProcess.mjs";
import type { RefusedOperation, EngineRefusal } from "../processes/runRefusedOperation.ts";

/** What the engine says to an operation that it has to refuse, and what it leaves behind. */
export function runRefusedOperation(operation: RefusedOperation, environment: NodeJS.ProcessEnv = process.env): EngineRefusal {
  const script = join(import.meta.dirname, "..", "processes", "runRefusedOperation.ts");
  const { status, stdout, stderr } = runUnchecked(process.execPath, [script, JSON.stringify(operation)], { env: environment });
  assert.notEqual(stdout, "", status === 0 ? "the engine accepts it" : `exit status ${status}\n${stderr}`);
  return JSON.parse(stdout) as EngineRefusal;
}

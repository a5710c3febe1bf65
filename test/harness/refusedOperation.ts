import assert from "node:assert/strict";
import { join } from "node:path";
import { runUnchecked } from "../../tools/childProcess.mjs";
import type { EngineRefusal, RefusedOperation } from "../processes/runRefusedOperation.ts";

/** Runs an operation that the engine is expected to refuse. Returns its error and everything that the operation left behind. */
export function runRefusedOperation(operation: RefusedOperation, environment: NodeJS.ProcessEnv = process.env): EngineRefusal {
  const script = join(import.meta.dirname, "..", "processes", "runRefusedOperation.ts");
  const { status, stdout, stderr } = runUnchecked(process.execPath, [script, JSON.stringify(operation)], { env: environment });
  assert.notEqual(stdout, "", status === 0 ? "the engine accepted it" : `exit status ${status}\n${stderr}`);
  return JSON.parse(stdout) as EngineRefusal;
}

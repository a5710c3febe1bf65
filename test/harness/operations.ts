import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { root } from "../../commands/lib/root.ts";
import { type DevStack, withEngineErrors } from "../../commands/lib/stack.ts";

/**
 * The steps of an operation of the engine, such as `update ConfigMap cilium:kube-system/cilium-config`. Resources that stay the same are left
 * out, and so are default providers, which the engine creates and deletes as it needs them.
 */
export type Steps = readonly string[];

/** Called with `starts <kind> <name>` and `ends <kind> <name>` for each resource during an operation. */
export type Progress = (step: string) => void;

/** `pulumi up`. */
export async function up({ stack }: DevStack, progress?: Progress): Promise<Steps> {
  return steps((onEvent) => stack.up({ onEvent, color: "never" }), progress);
}

/** `pulumi preview`. */
export async function preview({ stack }: DevStack): Promise<Steps> {
  return steps((onEvent) => stack.preview({ onEvent, color: "never" }));
}

/** `pulumi destroy`. */
export async function destroy({ stack }: DevStack): Promise<Steps> {
  return steps((onEvent) => stack.destroy({ onEvent, color: "never" }));
}

/** Runs an operation that is expected to fail; resolves to the engine's error. */
export async function operationError(
  operation: "up" | "preview",
  stack: DevStack,
  program = root,
  progress: Progress = () => undefined,
): Promise<string> {
  let message: string | undefined;
  for await (const { step, error } of startOperation(operation, stack, program).lines) {
    if (step !== undefined) progress(step);
    message ??= error;
  }
  return message ?? assert.fail(`${operation} succeeded, or its process failed`);
}

/** Runs `pulumi up`, and kills it without notice at a step for which `isEnd` holds. Resolves to false if it came to its own end before. */
export async function killUp(stack: DevStack, isEnd: (step: string) => boolean): Promise<boolean> {
  const { child, lines } = startOperation("up", stack, root);
  for await (const { step, error } of lines) {
    if (error !== undefined) throw new Error(error);
    if (step === undefined || !isEnd(step)) continue;
    const exit = once(child, "exit");
    // The CLI is a child of this process, in its group.
    process.kill(-(child.pid ?? assert.fail("there is no process")), "SIGKILL");
    await exit;
    return true;
  }
  return false;
}

interface OperationLine {
  readonly step?: string;
  readonly error?: string;
}

/** Starts an operation in a process group of its own. */
function startOperation(operation: "up" | "preview", { folder }: DevStack, program: string) {
  const script = join(import.meta.dirname, "..", "processes", "runOperation.ts");
  const child = spawn(process.execPath, [script, operation, program], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
    // The slowest waits ten minutes for a machine that is down.
    timeout: 900_000,
    killSignal: "SIGKILL",
  });
  return { child, lines: readLines(createInterface(child.stdout)) };
}

async function* readLines(lines: AsyncIterable<string>): AsyncGenerator<OperationLine> {
  for await (const line of lines) yield JSON.parse(line) as OperationLine;
}

async function steps(
  operation: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
  progress?: Progress,
): Promise<Steps> {
  const completed: string[] = [];
  await withEngineErrors((onEvent) =>
    operation((event) => {
      onEvent(event);
      const { op, urn = "" } = (event.resOutputsEvent ?? event.resourcePreEvent)?.metadata ?? {};
      const [, , type = "", name = ""] = urn.split("::");
      const resource = `${type.replace(/^.*:/, "")} ${name}`;
      progress?.(`${event.resOutputsEvent === undefined ? "starts" : "ends"} ${resource}`);
      const isDefaultProvider = type.startsWith("pulumi:providers:") && name.startsWith("default");
      if (op === undefined || op === "same" || isDefaultProvider) return;
      completed.push(`${op} ${resource}`);
    }),
  );
  return [...new Set(completed)].sort();
}

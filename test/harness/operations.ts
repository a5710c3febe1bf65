import assert from "node:assert/strict";
import { spawn } from "node:child_process";
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
  { folder }: DevStack,
  program = root,
  progress: Progress = () => undefined,
): Promise<string> {
  const script = join(import.meta.dirname, "..", "processes", "runFailingOperation.ts");
  const child = spawn(process.execPath, [script, operation, program], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    // The slowest waits ten minutes for a machine that is down.
    timeout: 900_000,
    killSignal: "SIGKILL",
  });
  let message: string | undefined;
  for await (const line of createInterface(child.stdout)) {
    const { step, error } = JSON.parse(line) as { step?: string; error?: string };
    if (step !== undefined) progress(step);
    message ??= error;
  }
  return message ?? assert.fail(`${operation} succeeded, or its process failed`);
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

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { root, withEngineErrors, type DevStack } from "../../commands/lib/stack.ts";

/**
 * What an operation of the engine does to resources, such as `update ConfigMap cilium:kube-system/cilium-config`; not what stays the same,
 * nor the default providers, which the engine makes and forgets as it needs them.
 */
export type Steps = readonly string[];

/** Takes `starts <kind> <name>` and `ends <kind> <name>` for each resource while an operation goes on. */
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

/** The engine's error to an operation that has to fail. */
export async function operationError(
  operation: "up" | "preview",
  { folder }: DevStack,
  program = root,
  progress: Progress = () => undefined,
): Promise<string> {
  const script = join(import.meta.dirname, "..", "processes", "runFailingOperation.ts");
  // The slowest waits ten minutes, for a machine that is down.
  const limits = { timeout: 900_000, killSignal: "SIGKILL" } as const;
  const child = spawn(process.execPath, [script, operation, program], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    ...limits,
  });
  let message: string | undefined;
  for await (const line of createInterface(child.stdout)) {
    const { step, error } = JSON.parse(line) as { step?: string; error?: string };
    if (step !== undefined) progress(step);
    message ??= error;
  }
  return message ?? assert.fail(`${operation} succeeds, or its process fails`);
}

async function steps(
  operation: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
  progress?: Progress,
): Promise<Steps> {
  const done: string[] = [];
  await withEngineErrors((onEvent) =>
    operation((event) => {
      onEvent(event);
      const { op, urn = "" } = (event.resOutputsEvent ?? event.resourcePreEvent)?.metadata ?? {};
      const [, , type = "", name = ""] = urn.split("::");
      progress?.(`${event.resOutputsEvent === undefined ? "starts" : "ends"} ${type.replace(/^.*:/, "")} ${name}`);
      if (op === undefined || op === "same" || (type.startsWith("pulumi:providers:") && name.startsWith("default"))) return;
      done.push(`${op} ${type.replace(/^.*:/, "")} ${name}`);
    }),
  );
  return [...new Set(done)].sort();
}

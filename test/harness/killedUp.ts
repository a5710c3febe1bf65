import assert from "node:assert/strict";
import { globSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ChartStack, StackConfig } from "./chartStack.ts";
import { killUp } from "./operations.ts";

/**
 * Changes the config, and kills `up` at the end of each resource in turn, until it comes to its own end. In between, it does what
 * docs/reliability.md says: a killed `up` leaves its lock behind, and objects that the state does not know.
 */
export async function killAfterEachResource(stack: ChartStack, changes: StackConfig): Promise<void> {
  stack.configure(stack.configWith({ ...changes, "kubernetes:upsertExistingObjects": "true" }));
  const done = new Set<string>();
  const isNewEnd = (step: string) => {
    const isNew = step.startsWith("ends ") && !done.has(step);
    done.add(step);
    return isNew;
  };
  let kills = 0;
  for (; await killUp(stack, isNewEnd); kills++) {
    removeEmptyAttributes(stack);
    await stack.stack.cancel();
  }
  assert(kills > 10, `killed ${kills} times`);
  stack.configure(stack.configWith(changes));
}

/** Removes the file beside the state that the CLI writes in two steps: it is empty if the CLI was killed in between, and then no command works. */
function removeEmptyAttributes({ folder }: ChartStack): void {
  const files = globSync(join(folder, "state", ".pulumi", "stacks", "*", "*.attrs"));
  for (const file of files) if (statSync(file).size === 0) rmSync(file);
}

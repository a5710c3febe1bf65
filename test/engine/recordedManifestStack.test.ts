import assert from "node:assert/strict";
import { test } from "node:test";
import { withStack } from "../../commands/lib/stack.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { preview, up } from "../harness/operations.ts";
import { disruptiveSteps, restoreState } from "../harness/recordedStates.ts";

test("a stack of an earlier release with delivery manifest is updated in place", { timeout: 60_000 }, async () => {
  await withStack({ ...devStack, ...chartArgs() }, async (stack) => {
    await restoreState(stack, "manifest");
    const steps = await preview(stack);
    assert.deepEqual(disruptiveSteps(steps), []);
    assert.deepEqual(await up(stack), steps);
    assert.deepEqual(await preview(stack), []);
  });
});

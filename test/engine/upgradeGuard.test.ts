// What a preview of an existing stack refuses, with the real engine. test/thorough/upgradeGuard.test.ts has the other changes and deliveries.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withStack } from "../../commands/lib/stack.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { preview, up } from "../harness/operations.ts";
import { assertRefused, skippedMinor } from "../harness/refusedChanges.ts";

test("from 1.18 to 1.20 is refused, from 1.18 to 1.19 is not", { timeout: 300_000 }, async () => {
  await withStack({ ...devStack, ...chartArgs("1.18.4") }, async (stack) => {
    await up(stack);
    await assertRefused(stack, { ...devStack, ...chartArgs("1.20.0") }, skippedMinor);
    stack.configure({ ...devStack, ...chartArgs("1.19.6") });
    assert.deepEqual(await preview(stack), ["update TalosCiliumCni cilium"]);
  });
});

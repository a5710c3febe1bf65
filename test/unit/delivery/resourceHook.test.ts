import assert from "node:assert/strict";
import { test } from "node:test";
import { resourceHooks } from "../../../components/delivery/resourceHook.ts";
import { recordRegistrations } from "../../harness/mocks.ts";

// The real engine runs hooks in the suites engine, thorough and plugins.
test("with Pulumi's mocks, which have no hooks, there is no hook", async () => {
  await recordRegistrations();
  assert.deepEqual(
    resourceHooks("guard", () => undefined),
    [],
  );
});

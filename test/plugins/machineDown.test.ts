import assert from "node:assert/strict";
import { test } from "node:test";
import { findPluginFolder, missingPluginMessage } from "../../commands/lib/plugins.ts";
import { withStack } from "../../commands/lib/stack.ts";
import { operationError, up } from "../harness/operations.ts";
import { TalosNodes } from "../harness/talosNode.ts";
import { talosProgram, talosProgramConfig, talosProgramFolder } from "../harness/talosProgram.ts";

const skip = findPluginFolder("resource-talos") === undefined && missingPluginMessage("resource-talos");

// The provider retries for ten minutes, which cannot be shortened, so this test takes as long.
test("the error names a machine that is down, the next gets no config, and a later `up` continues", { skip }, async () => {
  const nodes = await TalosNodes.start(3);
  try {
    nodes.turnOff(1);
    await withStack(
      talosProgramConfig(nodes.endpoints),
      async (stack) => {
        const message = await operationError("up", stack, talosProgramFolder);
        assert(message.includes(nodes.endpoints[1] ?? "?"), message);
        assert.deepEqual(nodes.takeEvents(), ["0 comes", "0 taken"]);
        await nodes.turnOn(1);
        await up(stack);
        assert.deepEqual(nodes.takeEvents(), ["1 comes", "1 taken", "2 comes", "2 taken"]);
      },
      talosProgram,
    );
  } finally {
    nodes.stop();
  }
});

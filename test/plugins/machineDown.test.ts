import assert from "node:assert/strict";
import { test } from "node:test";
import { findPluginFolder, missingPluginMessage } from "../../commands/lib/plugins.ts";
import { withStack } from "../../commands/lib/stack.ts";
import { operationError, up } from "../harness/operations.ts";
import { TalosNodes } from "../harness/talosNode.ts";
import { talosProgramConfig, talosProgramFolder, talosProgram } from "../harness/talosProgram.ts";

const skip = findPluginFolder("resource-talos") === undefined && missingPluginMessage("resource-talos");

// The provider tries for ten minutes, and nothing makes it shorter: so long does this test take.
test("a machine that is down is named, the next is not touched, and once it is up all goes on", { skip }, async () => {
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

// Runs an operation that is expected to fail or to be killed, on the stack in the current folder. Prints each step and the engine's error as a
// line of JSON: `node runOperation.ts <up or preview> <the folder of the program>`.
//
// It runs in its own process, because Pulumi reports errors of a program as unhandled rejections, which a test runner counts as its own.
import { DevStack, EngineError, programIn } from "../../commands/lib/stack.ts";
import { preview, up } from "../harness/operations.ts";

const [operation, program = ""] = process.argv.slice(2);
const stack = await DevStack.open(process.cwd(), programIn(program));
try {
  if (operation === "preview") await preview(stack);
  else
    await up(stack, (step) => {
      console.log(JSON.stringify({ step }));
    });
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  console.log(JSON.stringify({ error: error.message }));
}

// Runs an operation that has to fail on the stack in the present folder, and prints each step of it and the engine's error, a line of JSON
// each: `node fails.ts <up or preview> <the folder of the program>`.
//
// A process of its own, because Pulumi reports errors of a program by way of unhandled rejections, which a test runner takes as its own.
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

// Requests a page from each address once per second until SIGTERM. Prints `started`, and then what it noticed as JSON: `node crowd.ts <address>...`.
import { runClient } from "../harness/client.ts";
import { sendToCrowd } from "../harness/crowd.ts";

await runClient((hasEnded) => sendToCrowd(process.argv.slice(2), hasEnded));

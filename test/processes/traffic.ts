// Sends requests to a web server until SIGTERM. Prints `started`, and then what it noticed as JSON: `node traffic.ts <address>`.
import { runClient } from "../harness/client.ts";
import { sendTraffic } from "../harness/traffic.ts";

const [address = ""] = process.argv.slice(2);
await runClient((hasEnded) => sendTraffic(address, hasEnded));

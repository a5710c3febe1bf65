// Sends requests to a web server until SIGTERM. Prints `sending`, and then what the client noticed as JSON: `node traffic.ts <address>`.
import { sendTraffic } from "../harness/traffic.ts";

const [address = ""] = process.argv.slice(2);
let hasEnded = false;
process.once("SIGTERM", () => {
  hasEnded = true;
});
console.log("sending");
console.log(JSON.stringify(await sendTraffic(address, () => hasEnded)));

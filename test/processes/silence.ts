// Requests a page without a pause until SIGTERM. Prints `watching`, and then the longest time without an answer in milliseconds:
// `node silence.ts <address>`.
import { watchSilence } from "../harness/silence.ts";

const [address = ""] = process.argv.slice(2);
let hasEnded = false;
process.once("SIGTERM", () => {
  hasEnded = true;
});
console.log("watching");
console.log(await watchSilence(address, () => hasEnded));

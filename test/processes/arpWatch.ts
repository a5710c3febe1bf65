// Asks for the owner of an address until SIGTERM. Prints `started`, and then the longest time without an ARP reply in milliseconds:
// `node arpWatch.ts <address> <interface>`.
import { runClient } from "../harness/client.ts";
import { watchArp } from "../harness/newcomer.ts";

const [address = "", device = ""] = process.argv.slice(2);
await runClient((hasEnded) => watchArp(address, device, hasEnded));

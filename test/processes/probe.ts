// Fetches a page every 200 ms until SIGTERM, then prints for each attempt whether it was answered: `node probe.ts <address> <port>`.
import { writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fetchPage } from "../harness/lanClient.ts";

const [address = "", port = ""] = process.argv.slice(2);
const answered: boolean[] = [];
process.once("SIGTERM", () => {
  writeSync(1, JSON.stringify(answered));
  process.exit();
});
for (;;) {
  answered.push((await fetchPage(address, Number(port))) !== undefined);
  await setTimeout(200);
}

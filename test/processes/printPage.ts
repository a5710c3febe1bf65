// Prints the page of a web server, and nothing if there is no answer: `node printPage.ts <address>`.
import { fetchPage } from "../harness/lanClient.ts";

const [address = ""] = process.argv.slice(2);
process.stdout.write((await fetchPage(address)) ?? "");

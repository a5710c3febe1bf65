import { join } from "node:path";
import { programIn } from "../../commands/lib/stack.ts";
import { chart } from "./charts.ts";

/** The program in test/fixtures/talosProgram, which configures control planes. */
export const talosProgramFolder = join(import.meta.dirname, "..", "fixtures", "talosProgram");
export const talosProgram = programIn(talosProgramFolder);

/** The config of this program for control planes at these endpoints. */
export function talosProgramConfig(endpoints: readonly string[], more: object = {}): object {
  return { endpoints, ciliumVersion: "1.18.4", chart: chart("1.18.4").path, ...more };
}

// npm run check: checks types, lint and format. npm run fix: lets eslint and prettier fix what they can, then checks the types.
import { parseArgs } from "node:util";
import { runUnchecked } from "../tools/childProcess.mjs";
import { fail, say } from "./lib/terminal.ts";

const { fix } = parseArgs({ options: { fix: { type: "boolean", default: false } } }).values;
const checks = [
  ["eslint", fix ? "--fix" : "--no-fix", "."],
  ["prettier", fix ? "--write" : "--check", "--log-level", "warn", "."],
  ["tsc", "--project", "."],
] as const;

for (const [command, ...options] of checks) {
  say(`${command} ${options.join(" ")}`);
  if (runUnchecked(command, options, { inherit: true, seconds: 900 }).status !== 0) fail(`${command} reported problems`);
}

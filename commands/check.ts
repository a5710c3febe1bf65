// npm run check: types, lint and format.
import { attempt } from "../tools/childProcess.mjs";
import { fail, say } from "./report.ts";

const checks = [
  ["tsc", "--project", "."],
  ["eslint", "."],
  ["prettier", "--check", "--log-level", "warn", "."],
] as const;

for (const [command, ...options] of checks) {
  say(`${command} ${options.join(" ")}`);
  if (attempt(command, options, { inherit: true, seconds: 900 }).status !== 0) fail(`${command} found something`);
}

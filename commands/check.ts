// npm run check: types, lint and format.
import { spawnSync } from "node:child_process";
import { fail, say } from "./report.ts";

const checks = [
  ["tsc", "--project", "."],
  ["eslint", "."],
  ["prettier", "--check", "--log-level", "warn", "."],
] as const;

for (const [command, ...options] of checks) {
  say(`${command} ${options.join(" ")}`);
  if (spawnSync(command, options, { stdio: "inherit" }).status !== 0) fail(`${command} found something`);
}

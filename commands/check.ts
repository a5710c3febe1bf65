// npm run check: checks types, lint and format, the workflows, and the packed npm package. npm run fix: lets eslint and prettier fix what they
// can, then checks the rest.
import { join } from "node:path";
import { runUnchecked } from "../tools/childProcess.mjs";
import { ensureTool } from "../tools/tools.mjs";
import { readCommandLine } from "./lib/commandLine.ts";
import { findPackageProblems, packProject } from "./lib/packageCheck.ts";
import { fail, say, transferred } from "./lib/terminal.ts";
import { findWorkflowProblems } from "./lib/workflows.ts";

const commandLine = {
  command: "npm run check",
  usage: `usage: npm run check
       npm run fix

Checks types, lint and format of the files here, the GitHub workflows, and the packed npm package. It stops at the first of these that has
problems. \`npm run fix\` first corrects what eslint and prettier can correct.
`,
  config: { options: { fix: { type: "boolean", default: false } } },
} as const;

async function main(): Promise<void> {
  const { fix } = readCommandLine(commandLine).values;
  const checks = [
    ["eslint", fix ? "--fix" : "--no-fix", "."],
    ["prettier", fix ? "--write" : "--check", "--log-level", "warn", "."],
    ["tsc", "--project", "."],
  ] as const;

  const advice = "; `npm run fix` corrects what eslint and prettier can correct";
  for (const [command, ...options] of checks) {
    say(`${command} ${options.join(" ")}`);
    if (runUnchecked(command, options, { inherit: true, seconds: 900 }).status !== 0)
      fail(`${command} reported the problems above${fix ? "" : advice}`);
  }
  say("actionlint .github/workflows");
  const actionlint = join((await ensureTool("actionlint", { report: say, onBytes: transferred })) ?? "", "actionlint");
  const mistakes = findWorkflowProblems(actionlint);
  if (mistakes.length > 0) fail(["the workflows have problems", ...mistakes].join("\n  "));
  say("npm pack, publint and arethetypeswrong");
  const problems = await findPackageProblems(packProject());
  if (problems.length > 0) fail(["the npm package has problems", ...problems].join("\n  "));
  say("no problems");
}

await main().catch(fail);

// npm run release: sets the next version, dates the changelog, commits and tags, and prints the commands that publish. `npm run release --
// --dry-run` changes nothing and prints everything that it would do. The level (major, minor or patch) follows from CHANGELOG.md, unless it is
// an argument.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, runUnchecked } from "../tools/childProcess.mjs";
import { releaseChangelog } from "./lib/changelog.ts";
import { readCommandLine } from "./lib/commandLine.ts";
import {
  type Command,
  describeChanges,
  formatCommand,
  planRelease,
  publishCommands,
  releaseCommands,
  type ReleasePlan,
  releaseReadme,
} from "./lib/releasePlan.ts";
import { root } from "./lib/root.ts";
import { fail, say } from "./lib/terminal.ts";

const changelogFile = join(root, "CHANGELOG.md");
const readmeFile = join(root, "README.md");

const commandLine = {
  command: "npm run release",
  usage: `usage: npm run release [-- major | minor | patch] [--dry-run]

Sets the next version, dates the changelog, commits and tags here, and prints the commands that publish. It publishes nothing. Without a level,
CHANGELOG.md decides on it (docs/releasing.md).

  --dry-run  changes nothing, and prints what it would do
  --help     prints this
`,
  config: {
    allowPositionals: true,
    options: { "dry-run": { type: "boolean", default: false } },
  },
} as const;

function main(): void {
  const { positionals, values } = readCommandLine(commandLine);
  const plan = planRelease({
    words: positionals,
    current: (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version,
    changelog: readFileSync(changelogFile, "utf8"),
    gitStatus: git("status", "--porcelain"),
    tags: git("tag", "--list").split("\n"),
    date: new Date().toISOString().slice(0, 10),
  });
  if (start({ program: "npm", args: ["run", "check"] }) !== 0)
    fail("npm run check failed, so nothing is released and nothing was changed");

  say(`\ntalos-cilium-cni ${plan.version} (${plan.reason})\n`);
  if (values["dry-run"]) {
    section("Files that would change", describeChanges(plan));
    section("Commands that would run", releaseCommands(plan).map(formatCommand));
    section("Commands that publish, for you to run after it", publishCommands(plan).map(formatCommand));
    say("Nothing was changed (--dry-run).");
    return;
  }
  release(plan);
  section("Files that changed", describeChanges(plan));
  section(
    "Nothing is published yet. These commands do it; on GitHub, the first is enough",
    publishCommands(plan).map(formatCommand),
  );
}

/** Changes the files, commits and tags. */
function release(plan: ReleasePlan): void {
  const before = git("rev-parse", "HEAD").trim();
  const undo = `the release is not complete; undo it with: \`git reset --hard ${before}\``;
  try {
    writeFileSync(changelogFile, releaseChangelog(readFileSync(changelogFile, "utf8"), plan.version, plan.date));
    writeFileSync(readmeFile, releaseReadme(readFileSync(readmeFile, "utf8"), plan));
    for (const command of releaseCommands(plan)) {
      say(formatCommand(command));
      if (start(command) !== 0) fail(`${formatCommand(command)} failed; ${undo}`);
    }
  } catch (error) {
    fail(`${(error as Error).message}\n${undo}`);
  }
  say("");
}

function section(title: string, lines: readonly string[]): void {
  say(`${title}:\n${lines.map((line) => `  ${line}`).join("\n")}\n`);
}

function git(...args: readonly string[]): string {
  return run("git", args, { cwd: root });
}

/** Runs a command in the project, with its output on the terminal, and returns its exit status. */
function start({ program, args }: Command): number {
  const shell = program === "npm" && process.platform === "win32";
  return runUnchecked(program, args, { cwd: root, inherit: true, seconds: 1800, shell }).status;
}

try {
  main();
} catch (error) {
  fail(error);
}

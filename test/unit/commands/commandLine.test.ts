import assert from "node:assert/strict";
import { test } from "node:test";
import { readCommandLine, refuseOptionsThatNpmTook } from "../../../commands/lib/commandLine.ts";
import { root } from "../../../commands/lib/root.ts";
import { runUncheckedAsync } from "../../../tools/childProcess.mjs";

const commandLine = {
  command: "npm run it",
  usage: "usage: npm run it\n",
  config: { options: { "dry-run": { type: "boolean", default: false }, level: { type: "string" } }, allowPositionals: true },
} as const;

test("the words are read", () => {
  const { values, positionals } = readCommandLine(commandLine, ["one", "--dry-run", "--level", "two"]);
  assert.deepEqual({ ...values }, { "dry-run": true, level: "two" });
  assert.deepEqual(positionals, ["one"]);
});

test("a word that is not allowed is an error that says how to print what is", () => {
  for (const [words, reason] of [
    [["--foo"], "unknown option '--foo'"],
    [["-x"], "unknown option '-x'"],
    [["--dry-run=no"], "option '--dry-run' does not take an argument"],
    [["--level"], "option '--level <value>' argument missing"],
  ] as const)
    assert.throws(() => readCommandLine(commandLine, words), {
      message: `${reason}; \`npm run it -- --help\` prints what is allowed`,
    });
});

test("an option that npm took, because no -- stands before it, is an error with the command to run", () => {
  const refuse = (words: readonly string[], env: NodeJS.ProcessEnv) => {
    refuseOptionsThatNpmTook("npm run it", ["dry-run", "level", "network", "json", "all"], words, env);
  };
  for (const [words, env, message] of [
    [[], { npm_config_dry_run: "true" }, "npm took --dry-run for itself; write -- before it: `npm run it -- --dry-run`"],
    [["two"], { npm_config_level: "true" }, "npm took --level for itself; write -- before it: `npm run it -- --level two`"],
    [[], { npm_config_network: "" }, "npm took --no-network for itself; write -- before it: `npm run it -- --no-network`"],
  ] as const)
    assert.throws(
      () => {
        refuse(words, env);
      },
      { message },
    );
  // The option is after a --, or its variable is of npm's own configuration.
  refuse(["--dry-run"], { npm_config_dry_run: "true" });
  refuse(["--level=two"], { npm_config_level: "true" });
  refuse(["--no-network"], { npm_config_network: "" });
  refuse([], { npm_config_json: "true", npm_config_all: "true", npm_config_cache: "cache" });
});

test("every command prints its usage on --help and -h, and does nothing else", { timeout: 120_000 }, async () => {
  const commands = {
    "commands/manifest.ts": "npm run manifest",
    "commands/test.ts": "npm test",
    "commands/check.ts": "npm run check",
    "commands/bench.ts": "npm run bench",
    "commands/docs.ts": "npm run docs",
    "commands/pin.ts": "npm run pin",
    "commands/release.ts": "npm run release",
    "commands/generate.ts": "npm run generate",
    "commands/advisories.ts": "npm run advisories",
    "commands/doctor.ts": "npm run doctor",
    "test/processes/measure.ts": "npm run measure",
  };
  const started = Object.entries(commands).map(async ([file, name], index) => {
    const option = index % 2 === 0 ? "--help" : "-h";
    const { status, stdout, stderr } = await runUncheckedAsync(process.execPath, [file, option], { cwd: root });
    assert.equal(status, 0, `${file}: ${stderr}`);
    assert.match(stdout, new RegExp(`^usage: ${name}\\b`), file);
    assert.equal(stderr, "", file);
    for (const line of stdout.split("\n")) assert(line.length <= 145, line);
  });
  await Promise.all(started);
});

import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import semver from "semver";
import { Clone } from "../../commands/lib/clone.ts";
import { versionFiles } from "../../commands/lib/releasePlan.ts";

const clone = new Clone();
after(() => {
  clone.remove();
});
const read = (file: string) => readFileSync(join(clone.folder, file), "utf8");
const { version: current } = JSON.parse(read("package.json")) as { readonly version: string };
const next = semver.inc(current, "patch") ?? "";
const environment = {
  NO_COLOR: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.org",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.org",
};
const git = (...args: readonly string[]) => clone.run("git", args, environment);
const release = (...args: readonly string[]) => clone.runUnchecked("npm", ["run", "release", "--", ...args], environment);
/** Everything that a release changes. */
const state = async () => `${await git("rev-parse", "HEAD")}${await git("tag", "--list")}${await git("status", "--porcelain")}`;

/** Replaces a script by a line of JavaScript. */
async function setScript(name: string, line: string): Promise<void> {
  const text = read("package.json").replace(new RegExp(`"${name}": "[^\n]*"`), `"${name}": "node --eval ${line}"`);
  writeFileSync(join(clone.folder, "package.json"), text);
  await git("commit", "--all", "--quiet", "--message", name);
}

before(async () => {
  await git("init", "--quiet");
  // The link to the installed packages is not a folder, so .gitignore does not name it.
  appendFileSync(join(clone.folder, ".git", "info", "exclude"), "node_modules\n");
  const changelog = `# Changelog\n\n## Unreleased\n\n### Fixed\n\n- A mistake.\n\n## ${current} - 2026-01-01\n\n### Added\n\n- All.\n`;
  writeFileSync(join(clone.folder, "CHANGELOG.md"), changelog);
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "start");
});

test("npm run release changes nothing if it cannot release", { timeout: 120_000 }, async () => {
  await setScript("check", "process.exit(1)");
  const stateWithFailingCheck = await state();
  for (const args of [[], ["--dry-run"]]) {
    const { status, printed } = await release(...args);
    assert.equal(status, 1);
    assert.match(printed, /^error: npm run check failed, so nothing is released and nothing was changed$/m);
  }
  assert.equal(await state(), stateWithFailingCheck);
  await setScript("check", "0");
  const stateBefore = await state();
  writeFileSync(join(clone.folder, "new.txt"), "");
  const dirty = await release("--dry-run");
  assert.equal(dirty.status, 1);
  assert.match(dirty.printed, /^error: the work tree has changes; .*:\n\?\? new\.txt$/m);
  await git("stash", "--include-untracked", "--quiet");
  await git("tag", `v${next}`);
  const tagged = await release();
  assert.equal(tagged.status, 1);
  const [, advice = ""] = /^error: the tag \S+ exists; .*: `git (.*)`$/m.exec(tagged.printed) ?? [];
  await git(...advice.split(" "));
  const mistyped = await release("--dryrun");
  assert.equal(mistyped.status, 1);
  assert.match(mistyped.printed, /^error: unknown option '--dryrun'; `npm run release -- --help` prints what is allowed$/m);
  assert.equal(await state(), stateBefore);
});

test("the error of a release that stops half-way says how to undo it", { timeout: 120_000 }, async () => {
  const generate = /"generate": "(.*)"/.exec(read("package.json"))?.[1] ?? "";
  await setScript("generate", "process.exit(1)");
  const stateBefore = await state();
  const { status, printed } = await release();
  assert.equal(status, 1);
  const [, advice = ""] = /^error: npm run generate failed; .*: `git (reset .*)`$/m.exec(printed) ?? [];
  assert.notEqual(await state(), stateBefore);
  await git(...advice.split(" "));
  assert.equal(await state(), stateBefore);
  writeFileSync(join(clone.folder, "package.json"), read("package.json").replace(/("generate": ").*(")/, `$1${generate}$2`));
  await git("commit", "--all", "--quiet", "--message", "generate");
});

test("npm run release does what its dry run prints, and publishes nothing", { timeout: 240_000 }, async () => {
  const stateBefore = await state();
  const dryRun = await release("--dry-run");
  assert.equal(dryRun.status, 0, dryRun.printed);
  assert.equal(await state(), stateBefore);
  assert(dryRun.printed.includes(`\ntalos-cilium-cni ${next} (patch: only "Fixed")\n`), dryRun.printed);
  for (const file of versionFiles)
    assert(dryRun.printed.includes(`  ${file}: "version": "${current}" becomes "${next}"\n`), file);
  const commands = [...dryRun.printed.matchAll(/^ {2}((?:npm|git) .*)$/gm)].map(([, command = ""]) => command);
  assert.equal(commands.length, 8);
  assert(dryRun.printed.includes(`  README.md: /plugin@v${current} becomes /plugin@v${next}\n`));

  const { status, printed } = await release();
  assert.equal(status, 0, printed);
  for (const command of commands) assert(printed.includes(command), command);
  assert.equal(await git("status", "--porcelain"), "");
  assert.equal(await git("log", "-1", "--format=%s %an"), `chore(release): version ${next} Test\n`);
  assert.equal(await git("cat-file", "-t", `v${next}`), "tag\n");
  assert.equal(await git("rev-parse", `v${next}^{commit}`), await git("rev-parse", "HEAD"));
  // The commit changes what the dry run named, and in these files nothing but the version.
  const changed = (await git("show", "--format=", "--name-only")).trim().split("\n");
  assert.deepEqual(changed.toSorted(), [...versionFiles, "CHANGELOG.md", "README.md"].toSorted());
  const lines = (await git("show", "--format=", "--unified=0", "--", ...versionFiles)).match(/^[-+](?![-+]).*$/gm) ?? [];
  assert.deepEqual([...new Set(lines.map((line) => line.replace(/ +/g, " ")))].toSorted(), [
    `+ "version": "${next}",`,
    `- "version": "${current}",`,
  ]);
  const readmeDiff = await git("show", "--format=", "--unified=0", "--", "README.md");
  const [removed = "", added = "", ...others] = readmeDiff.match(/^[-+](?![-+]).*$/gm) ?? [];
  assert(removed.startsWith("-") && removed.includes(`/plugin@v${current}`), removed);
  assert.equal(added, removed.replace("-", "+").replace(`/plugin@v${current}`, `/plugin@v${next}`));
  assert.deepEqual(others, []);
  const [, dated = ""] =
    /^## Unreleased\n\n## (.*) - \d{4}-\d\d-\d\d\n\n### Fixed\n\n- A mistake\.$/m.exec(read("CHANGELOG.md")) ?? [];
  assert.equal(dated, next);

  const again = await release();
  assert.equal(again.status, 1);
  assert.match(again.printed, /^error: CHANGELOG\.md: "Unreleased" has no entries/m);
});

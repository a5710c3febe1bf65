import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import semver from "semver";
import { type Level, readChangelog, releaseChangelog } from "../../../commands/lib/changelog.ts";
import {
  describeChanges,
  formatCommand,
  planRelease,
  publishCommands,
  releaseCommands,
  type Situation,
} from "../../../commands/lib/releasePlan.ts";
import { root } from "../../../commands/lib/root.ts";

const date = "2026-11-26";
const read = (file: string) => readFileSync(join(root, file), "utf8");
const readJson = (file: string) => JSON.parse(read(file)) as { readonly version: string };
const earlier = "## 0.3.1 - 2026-01-02\n\n### Added\n\n- One.\n";
const changelogOf = (unreleased: string, releases = earlier) =>
  `# Changelog\n\nIntro.\n\n## Unreleased\n\n${unreleased}\n${releases}`;
const section = (name: string, entry = "- An entry.") => `### ${name}\n\n${entry}\n`;

const situation: Situation = {
  words: [],
  current: "0.3.1",
  changelog: changelogOf(section("Fixed")),
  gitStatus: "",
  tags: ["v0.3.0", "v0.3.1", ""],
  date,
};
const versionOf = (changes: Partial<Situation>) => planRelease({ ...situation, ...changes }).version;

test("every file with the version has the same one", () => {
  const { version } = readJson("package.json");
  const lock = JSON.parse(read("package-lock.json")) as { version: string; packages: Record<string, { version: string }> };
  assert.equal(semver.valid(version), version);
  assert.deepEqual(
    {
      "package-lock.json": lock.version,
      "the project in package-lock.json": lock.packages[""]?.version,
      "plugin/package.json": readJson("plugin/package.json").version,
      "components/plugin/pulumi.schema.json": readJson("components/plugin/pulumi.schema.json").version,
    },
    {
      "package-lock.json": version,
      "the project in package-lock.json": version,
      "plugin/package.json": version,
      "components/plugin/pulumi.schema.json": version,
    },
  );
});

test("the README, the docs and the examples name the plugin of this version", () => {
  const { version } = readJson("package.json");
  const pages = ["README.md", ...globSync(["docs/**/*.md", "examples/**/*.md"], { cwd: root })];
  const names = pages.flatMap((page) => Array.from(read(page).matchAll(/\/plugin@v\d[\w.-]*/g), ([name]) => [page, name]));
  assert(names.length > 0);
  for (const name of names)
    assert.deepEqual(name, ["README.md", `/plugin@v${version}`], "a release changes it in README.md only");
});

test("CHANGELOG.md is written by the conventions", () => {
  assert.doesNotThrow(() => readChangelog(read("CHANGELOG.md")));
});

/** The level that each section asks for, before and after 1.0.0. */
const levels: Readonly<Record<string, readonly [before: Level, after: Level]>> = {
  Added: ["minor", "minor"],
  Changed: ["minor", "minor"],
  Deprecated: ["minor", "minor"],
  Removed: ["minor", "major"],
  Fixed: ["patch", "patch"],
  Security: ["patch", "patch"],
};

test("the next version follows from the sections", () => {
  for (const [name, [before, after]] of Object.entries(levels)) {
    for (const [current, level] of [
      ["0.3.1", before],
      ["1.2.3", after],
      ["10.0.0", after],
    ] as const) {
      const expected = semver.inc(current, level);
      assert.equal(versionOf({ current, changelog: changelogOf(section(name)) }), expected, name);
      // A section without entries counts as absent, and so do the entries of earlier releases.
      const withEmpty = changelogOf(`### Removed\n\n${section(name)}### Added\n`, earlier.replace("Added", "Removed"));
      assert.equal(versionOf({ current, changelog: withEmpty }), expected, `${name} and empty sections`);
    }
  }
});

test("of all pairs of sections, the higher level counts, in either order", () => {
  const order: readonly Level[] = ["patch", "minor", "major"];
  for (const [one, [, oneLevel]] of Object.entries(levels)) {
    for (const [other, [, otherLevel]] of Object.entries(levels)) {
      const highest = order[Math.max(order.indexOf(oneLevel), order.indexOf(otherLevel))] ?? "patch";
      const changelog = changelogOf(`${section(one)}\n${section(other)}`);
      assert.equal(versionOf({ current: "1.2.3", changelog }), semver.inc("1.2.3", highest), `${one} and ${other}`);
    }
  }
});

test("an entry that breaks something counts as such in every section", () => {
  for (const name of Object.keys(levels)) {
    const changelog = changelogOf(section(name, "- Good.\n- **Breaking:** the default of `x` is now 2."));
    assert.equal(versionOf({ current: "0.3.1", changelog }), "0.4.0");
    assert.equal(versionOf({ current: "1.2.3", changelog }), "2.0.0");
  }
  const mentioned = changelogOf(section("Fixed", "- An entry about **Breaking:** in its text."));
  assert.equal(versionOf({ current: "1.2.3", changelog: mentioned }), "1.2.4");
});

test("a level in the command counts, and a difference to the changelog is named", () => {
  for (const level of ["major", "minor", "patch"] as const)
    assert.equal(versionOf({ words: [level] }), semver.inc("0.3.1", level));
  const changelog = changelogOf(section("Added"));
  assert.match(planRelease({ ...situation, changelog, words: ["patch"] }).reason, /asks for minor: "Added" has entries$/);
  assert.doesNotMatch(planRelease({ ...situation, changelog, words: ["minor"] }).reason, /asks for/);
});

test("the first release has the version of package.json", () => {
  const first = { changelog: changelogOf(section("Added"), ""), current: "0.1.0", tags: [""] };
  assert.equal(versionOf(first), "0.1.0");
  assert.equal(versionOf({ ...first, words: ["major"] }), "1.0.0");
  const plan = planRelease({ ...situation, ...first });
  assert.deepEqual(describeChanges(plan), [`CHANGELOG.md: the entries of "Unreleased" move below "## 0.1.0 - ${date}"`]);
  assert.deepEqual(releaseCommands(plan).map(formatCommand), [
    'git commit --all --message "chore(release): version 0.1.0"',
    'git tag --annotate --message "talos-cilium-cni 0.1.0" v0.1.0',
  ]);
});

const refused: Readonly<Record<string, readonly [Partial<Situation>, RegExp]>> = {
  "a word that is not a level": [
    { words: ["2.0.0"] },
    /^2\.0\.0: is not the level of a release; use one of major, minor, patch,/,
  ],
  "two levels": [{ words: ["major", "minor"] }, /^major minor: is not the level/],
  "a changed file": [{ gitStatus: " M README.md\n?? x\n" }, /^the work tree has changes; .*:\n M README\.md\n\?\? x$/],
  "nothing unreleased": [{ changelog: changelogOf("") }, /^CHANGELOG\.md: "Unreleased" has no entries/],
  "only empty sections": [{ changelog: changelogOf("### Added\n\n### Fixed\n") }, /has no entries/],
  "nothing unreleased, although a level is named": [{ changelog: changelogOf(""), words: ["patch"] }, /has no entries/],
  "no Unreleased": [{ changelog: `# Changelog\n\n${earlier}` }, /the first heading is not "## Unreleased"; add it/],
  "an empty changelog": [{ changelog: "" }, /the first heading is not "## Unreleased"/],
  "an entry outside of a section": [
    { changelog: changelogOf("- An entry.\n") },
    /text before its first section; write .*### Added, /,
  ],
  "an unknown section": [{ changelog: changelogOf(section("Improved")) }, /"### Improved" is not a section; write .*### Added, /],
  "a section with a name of objects": [{ changelog: changelogOf(section("constructor")) }, /is not a section/],
  "a tag that exists": [{ tags: ["v0.3.2"] }, /^the tag v0\.3\.2 exists; .*: `git tag --delete v0\.3\.2`$/],
  "a version that is not semantic": [{ current: "1.0" }, /^package\.json: "1\.0" is not a semantic version/],
};

for (const [name, [changes, message]] of Object.entries(refused)) {
  test(`nothing is released: ${name}`, () => {
    assert.throws(() => planRelease({ ...situation, ...changes }), { name: "Error", message });
  });
}

test("a similar tag does not prevent a release", () => {
  assert.equal(versionOf({ tags: ["v0.3.20", "0.3.2", "v10.3.2", "v0.3.2-rc.1"] }), "0.3.2");
});

test("the changelog is dated without losing a line, and has an empty Unreleased again", () => {
  for (const text of [situation.changelog, changelogOf(section("Added"), ""), read("CHANGELOG.md")]) {
    const released = releaseChangelog(text, "0.3.2", date);
    assert.equal(released.replace("\n## 0.3.2 - 2026-11-26\n", ""), text);
    assert.deepEqual(readChangelog(released), { unreleased: [], hasReleases: true });
    assert.throws(() => planRelease({ ...situation, changelog: released }), /has no entries/);
  }
});

test("the commands are printed as they run", () => {
  const plan = planRelease(situation);
  assert.deepEqual([...releaseCommands(plan), ...publishCommands(plan)].map(formatCommand), [
    "npm version 0.3.2 --no-git-tag-version --ignore-scripts",
    "npm --prefix plugin version 0.3.2 --no-git-tag-version --ignore-scripts",
    "npm run generate",
    'git commit --all --message "chore(release): version 0.3.2"',
    'git tag --annotate --message "talos-cilium-cni 0.3.2" v0.3.2',
    "git push --atomic origin HEAD v0.3.2",
    "npm pack --dry-run",
    "npm publish --provenance --access public",
  ]);
});

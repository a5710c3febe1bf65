import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../../commands/lib/root.ts";
import { mainReleases, otherReleases, suites, type SystemCommand, systemCommands } from "../../../commands/lib/suites.ts";
import { inputDefaults } from "../../../components/inputs/settings.ts";
import { pinnedCharts } from "../../../components/versions/pins.ts";
import { ciliumMinors, minorOf } from "../../../components/versions/supported.ts";

test("every suite has its own npm script", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
  for (const name of Object.keys(suites)) assert.equal(scripts[`test:${name}`], `node tools/run.mjs commands/test.ts ${name}`);
});

test("CI installs the packages with the commands of all suites, and the page about the tests names them", () => {
  // Every Debian with Node, npm, git and Go has these packages, or the commands from elsewhere.
  const present: readonly string[] = [
    "bash",
    "coreutils",
    "dash",
    "diffutils",
    "findutils",
    "git",
    "gzip",
    "mount",
    "npm",
    "python3",
    "sed",
    "tar",
  ];
  const commands = Object.values(suites).flatMap((suite): readonly SystemCommand[] =>
    "commands" in suite ? suite.commands : [],
  );
  const packages = new Set<string>(commands.filter((command) => command !== "go").map((command) => systemCommands[command]));
  for (const file of [".ci/run", ".github/workflows/test.yml", "docs/how-it-is-tested.md"]) {
    const words = new Set(readFileSync(join(root, file), "utf8").split(/[\s`,().]+/));
    const missing = [...packages].filter((name) => !present.includes(name) && !words.has(name));
    assert.deepEqual(missing, [], file);
  }
});

test("the test files that share a process change nothing in it", () => {
  const changes = /\b(?:before|beforeEach|afterEach)\(|process\.(?:env|chdir|execArgv)|\bmock\b|timeLimits|recordRegistrations/;
  const files = suites.unit.sharesProcesses.flatMap((pattern) => globSync(pattern, { cwd: root }));
  assert(files.length > 40);
  for (const file of files) assert.doesNotMatch(readFileSync(join(root, file), "utf8"), changes, file);
});

test("the tests render one release of each minor everywhere, among them the default, and every other pinned source in one suite", () => {
  assert.deepEqual(mainReleases.map(minorOf), Object.keys(ciliumMinors));
  assert(mainReleases.includes(inputDefaults.ciliumVersion));
  const withSource = Object.keys(pinnedCharts).filter((version) => pinnedCharts[version]?.source !== undefined);
  assert.deepEqual(new Set([...mainReleases, ...otherReleases]), new Set(withSource));
  assert.deepEqual(new Set(suites.thorough.charts), new Set(withSource));
});

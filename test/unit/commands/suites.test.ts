import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../../commands/lib/root.ts";
import { mainReleases, otherReleases, suites, systemCommands } from "../../../commands/lib/suites.ts";
import { inputDefaults } from "../../../components/inputs/settings.ts";
import { pinnedCharts } from "../../../components/versions/pins.ts";
import { ciliumMinors, minorOf } from "../../../components/versions/supported.ts";

test("every suite has its own npm script", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
  for (const name of Object.keys(suites)) assert.equal(scripts[`test:${name}`], `node tools/run.mjs commands/test.ts ${name}`);
});

test("CI installs the packages with the commands of suite lan, and the page about the tests names them", () => {
  // Every Debian has these packages.
  const essential: readonly string[] = ["coreutils", "dash", "findutils", "mount"];
  const packages = new Set<string>(suites.lan.commands.map((command) => systemCommands[command]));
  for (const file of [".ci/run", "docs/how-it-is-tested.md"]) {
    const text = readFileSync(join(root, file), "utf8");
    const missing = [...packages].filter((name) => !essential.includes(name) && !text.includes(name));
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

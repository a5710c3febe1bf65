import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { allChecks } from "../../../components/checks/catalog.ts";
import type { Check, Checks } from "../../../components/checks/check.ts";
import inputSchema from "../../../components/inputs/args.schema.json" with { type: "json" };
import { validInputs } from "../../fixtures/validInputs.ts";
import { checkResults } from "../../harness/findings.ts";

const groups = Object.values(allChecks as unknown as Record<string, Checks<never>>);
const checks: readonly Check<never>[] = groups.flatMap(({ errors, warnings }) => [...errors, ...warnings]);

test("no two checks have the same title", () => {
  const titles = checks.map(({ title }) => title);
  assert.deepEqual(
    titles.filter((title, index) => titles.indexOf(title) !== index),
    [],
  );
});

test("every check has a title, a reason and a source", () => {
  for (const { title, why, source } of checks) {
    assert.match(title, /^\S.*[^\s.]$/, "a title is a phrase without a full stop");
    assert.match(why, /^\S.*\.$/, `the reason of "${title}" is a sentence`);
    assert.match(source, /\S/, `"${title}" has a source`);
  }
});

test("what a check needs are inputs", () => {
  for (const { title, needs } of checks)
    for (const input of needs) assert(Object.hasOwn(inputSchema.properties, input), `"${title}" needs ${input}`);
});

test("every file with checks is in the catalog, and has a test with examples", async () => {
  const folder = join(import.meta.dirname, "../../../components/checks");
  const files = globSync("*/*.ts", { cwd: folder });
  assert(files.length > 0);
  for (const file of files) {
    const exported = Object.values((await import(join(folder, file))) as Record<string, unknown>).filter(isGroup);
    assert.deepEqual(
      exported.filter((group) => !groups.includes(group)),
      [],
      `${file} has checks that are not in the catalog`,
    );
    const testFile = join(import.meta.dirname, file.replace(/\.ts$/, ".test.ts"));
    const hasExamples = existsSync(testFile) && readFileSync(testFile, "utf8").includes("\ntestExamples(");
    assert(exported.length === 0 || hasExamples, `${testFile} has no examples for the checks of ${file}`);
  }
});

function isGroup(value: unknown): value is Checks<never> {
  return typeof value === "object" && value !== null && "errors" in value && "warnings" in value;
}

for (const args of validInputs) {
  test(`no check reports ${JSON.stringify(args).slice(0, 120)}`, () => {
    assert.deepEqual(checkResults(args), []);
  });
}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { root } from "../../../commands/lib/root.ts";

const page = join(root, "docs", "architecture.md");
const text = readFileSync(page, "utf8");

/** The functions that a file declares at its top level. */
function functionsIn(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  return source.statements.filter(ts.isFunctionDeclaration).map(({ name }) => name?.text ?? "");
}

test("every step of the way is one function in the file that the page links to", () => {
  const steps = Array.from(text.matchAll(/^\d+\. \[`(\w+)`\]\(([^)]+)\)/gm), ([, name = "", file = ""]) => ({ name, file }));
  assert.equal(steps.length, Array.from(text.matchAll(/^\d+\. /gm)).length, "a step names no function");
  assert(steps.length > 10);
  for (const { name, file } of steps) {
    assert.deepEqual(
      functionsIn(join(dirname(page), file)).filter((each) => each === name),
      [name],
      `${name} in ${file}`,
    );
  }
});

test("every other function that the page links to is in that file too", () => {
  for (const [, name = "", file = ""] of text.matchAll(/\[`(\w+)`\]\((\.\.\/components\/[^)]+\.ts)\)/g)) {
    assert(functionsIn(join(dirname(page), file)).includes(name), `${name} in ${file}`);
  }
});

import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { root } from "../../commands/lib/root.ts";

// Tests of other parts of the project. The files directly in test/unit/ that have no namesake are about the whole repository.
const otherFolders = ["commands/", "docs/", "harness/", "tools/"];
const aboutRepository = ["importOrder.test.ts", "mirror.test.ts", "renovate.test.ts"];

/** Whether a file declares a function or a class: it then has logic that a test can judge. */
function hasLogic(file: string): boolean {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const isLogic = (node: ts.Node): boolean =>
    ts.isFunctionLike(node) ||
    ts.isClassDeclaration(node) ||
    ts.forEachChild(node, (child) => isLogic(child) || undefined) === true;
  return source.statements.some((statement) => !ts.isInterfaceDeclaration(statement) && isLogic(statement));
}

test("every file of components with logic has a unit test of the same path", () => {
  const files = globSync("**/*.{ts,mjs}", { cwd: join(root, "components") }).filter((file) =>
    hasLogic(join(root, "components", file)),
  );
  assert(files.length > 50, `only ${files.length} files have logic`);
  const missing = files.filter((file) => !existsSync(join(import.meta.dirname, file.replace(/\.(ts|mjs)$/, ".test.ts"))));
  assert.deepEqual(missing, []);
});

test("every unit test has the path of the file that it tests", () => {
  const strangers = globSync("**/*.test.ts", { cwd: import.meta.dirname }).filter((file) => {
    if (otherFolders.some((folder) => file.startsWith(folder)) || aboutRepository.includes(file)) return false;
    const path = join(root, "components", file.replace(/\.test\.ts$/, ""));
    return !existsSync(`${path}.ts`) && !existsSync(`${path}.mjs`);
  });
  assert.deepEqual(strangers, []);
});

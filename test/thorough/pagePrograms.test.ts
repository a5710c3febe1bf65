// Compiles every TypeScript program of the README, the pages and the READMEs of the examples against the sources of the component.
import assert from "node:assert/strict";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Clone } from "../../commands/lib/clone.ts";
import { root } from "../../commands/lib/root.ts";
import { codeBlocksIn } from "../harness/codeBlocks.ts";

let clone: Clone;
before(() => {
  clone = new Clone();
});
after(() => {
  clone.remove();
});

/** The programs of a page, each with the name of the file in which it is compiled. Errors of the compiler name this file. */
function programsOf(page: string) {
  const text = readFileSync(join(root, page), "utf8");
  const programs = [...codeBlocksIn(text, "ts"), ...codeBlocksIn(text, "typescript")];
  const fences = Array.from(text.matchAll(/^ *(?:`{3,}|~{3,}) *(?:ts|tsx|typescript)\b/gim)).length;
  assert.equal(programs.length, fences, `${page}: a block in TypeScript that is not read`);
  return programs.map((program, index) => ({ file: `${page.replaceAll(/\W/g, "-")}-${index}.ts`, program }));
}

test("every program of the pages is whole, and compiles", { timeout: 120_000 }, async () => {
  const pages = globSync(["README.md", "docs/**/*.md", "examples/*/README.md"], { cwd: root });
  const programs = pages.flatMap(programsOf);
  const perPage = pages.filter((page) => programs.some(({ file }) => file.startsWith(page.replaceAll(/\W/g, "-"))));
  assert(perPage.length >= 6, `only ${perPage.join(", ")} have programs`);
  // The compiler complains about this one if it accepts any input, as it would without the types of the component.
  const refused = `import { TalosCiliumCni } from "talos-cilium-cni";

// @ts-expect-error: ciliumVersion is text.
new TalosCiliumCni("cilium", { ciliumVersion: 1.19 });
`;
  const files = [...programs, { file: "refused.ts", program: refused }];
  for (const { file, program } of files) writeFileSync(join(clone.folder, file), program);
  const compilerOptions = { noUnusedLocals: false, paths: { "talos-cilium-cni": ["./components/index.ts"] } };
  const include = files.map(({ file }) => file);
  writeFileSync(
    join(clone.folder, "tsconfig.pages.json"),
    JSON.stringify({ extends: "./tsconfig.json", include, compilerOptions }),
  );
  await clone.run(join("node_modules", ".bin", "tsc"), ["--project", "tsconfig.pages.json"]);
});

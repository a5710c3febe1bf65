import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../../commands/lib/root.ts";
import { merge } from "../../../components/support/merge.ts";
import { pinnedCharts } from "../../../components/versions/pins.ts";
import { codeBlocks } from "../../harness/codeBlocks.ts";
import { readRecipes, recipesPage } from "../../harness/recipes.ts";
import { valuesFindings } from "../../harness/valuesFindings.ts";

const recipes = readRecipes();
const text = readFileSync(join(root, recipesPage), "utf8");

test("every block of the page belongs to a recipe, and every recipe says what it does in the manifest", () => {
  assert(recipes.length >= 9);
  const blocks = recipes.reduce((count, { objects, patches }) => count + 1 + objects.length + patches.length, 0);
  assert.equal(blocks, codeBlocks(recipesPage, "yaml").length);
  // The reader looks for this word. Another one would hide a block from all tests.
  assert.deepEqual(Array.from(new Set(Array.from(text.matchAll(/^ *```(\S+)$/gm), ([, language]) => language))).toSorted(), [
    "bash",
    "yaml",
  ]);
  for (const { title, configEntries, renderedObjects } of recipes) {
    assert(Object.keys(configEntries).length + renderedObjects.length > 0, title);
  }
});

test("a block that no test knows, a second config and a misspelled key are errors", () => {
  const page = (...blocks: string[]) => `# Page\n\n## A\n\n${blocks.map((block) => `\`\`\`yaml\n${block}\n\`\`\`\n\n`).join("")}`;
  const config = "config:\n  homelab-talos-cni:values: {}";
  assert.equal(readRecipes(page(config)).length, 1);
  assert.throws(() => readRecipes(page(config, "spec: {}")), /neither a stack's config, nor an object, nor a machine config/);
  assert.throws(() => readRecipes(page(config, config)), /one block with the stack's config/);
  assert.throws(() => readRecipes(page("kind: A\napiVersion: b/v1")), /one block with the stack's config/);
  assert.throws(() => readRecipes(`\`\`\`yaml\n${config}\n\`\`\`\n${page(config)}`), /before the first recipe/);
  // The program refuses this key later, like any other that is not an input.
  assert.deepEqual(readRecipes(page("config:\n  homelab-talos-cni:vales: {}"))[0]?.args, { vales: {} });
});

test("a link of the page leads to a recipe", () => {
  const anchors = recipes.map(({ title }) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
  for (const [, anchor = ""] of text.matchAll(/\]\(#([^)]+)\)/g)) assert(anchors.includes(anchor), anchor);
});

for (const ciliumVersion of Object.keys(pinnedCharts)) {
  test(`Cilium ${ciliumVersion}: the recipes that the checks reject together are those of which the page says so`, () => {
    const rejected: string[] = [];
    for (const [index, { title, args }] of recipes.entries()) {
      for (const other of recipes.slice(index + 1)) {
        const findings = valuesFindings({ ...merge(args, other.args), ciliumVersion });
        if (findings.length > 0) rejected.push(`${title} / ${other.title}`, `${other.title} / ${title}`);
      }
    }
    const announced = recipes.flatMap(({ title, conflicts }) => conflicts.map((conflict) => `${title} / ${conflict}`));
    assert.deepEqual(announced.toSorted(), rejected.toSorted());
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { createMarkdownRenderer } from "vitepress";
import { docsFolder } from "../../../commands/lib/siteLinks.ts";
import { labelCells } from "../../../commands/lib/siteTables.ts";

test("each cell has the text of the heading of its own table", async () => {
  const md = await createMarkdownRenderer(docsFolder, { config: (each) => void each.use(labelCells) });
  const tables = "| `a` and b | |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n\n| c |\n| --- |\n| 5 |\n";
  const cells = Array.from(md.render(tables).matchAll(/<td data-label="([^"]*)"[^>]*>(\d)/g), ([, ...cell]) => cell);
  assert.deepEqual(cells, [
    ["a and b", "1"],
    ["", "2"],
    ["a and b", "3"],
    ["", "4"],
    ["c", "5"],
  ]);
});

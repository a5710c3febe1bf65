import assert from "node:assert/strict";
import { test } from "node:test";
import { createMarkdownRenderer, disposeMdItInstance } from "vitepress";
import { docsFolder } from "../../../commands/lib/siteLinks.ts";
import { breakNames, labelCells } from "../../../commands/lib/siteTables.ts";

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

test("a name in a cell breaks between its words, and one in the text does not", async () => {
  disposeMdItInstance();
  const md = await createMarkdownRenderer(docsFolder, { config: (each) => void each.use(breakNames) });
  const html = md.render("`l2.leaseDuration`\n\n| `l2.leaseDuration` | a & `b<C` |\n| --- | --- |\n| `ipPools[].a_b` | `x` |\n");
  const names = Array.from(html.matchAll(/<code[^>]*>(.*?)<\/code>/g), ([, name]) => name);
  assert.deepEqual(names, ["l2.leaseDuration", "l2.<wbr>lease<wbr>Duration", "b&lt;C", "ip<wbr>Pools[].<wbr>a_<wbr>b", "x"]);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatPage, type Page } from "../../commands/lib/page.ts";
import { root } from "../../commands/lib/root.ts";

/** Generates a page of docs/ with a new text of one section, which begins with a heading such as `## BGP`. The rest stays as it is. */
export function pageWithSection(file: string, heading: string, text: string): Promise<Page> {
  const path = join("docs", file);
  const lines = readFileSync(join(root, path), "utf8").split("\n");
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`${path} has no section ${heading}`);
  const level = heading.indexOf(" ");
  const isNextSection = (line: string) => /^#+ /.test(line) && line.indexOf(" ") <= level;
  const length = lines.slice(start + 1).findIndex(isNextSection);
  const rest = length === -1 ? [] : lines.slice(start + 1 + length);
  return formatPage(path, [...lines.slice(0, start), heading, "", text, "", ...rest].join("\n"));
}

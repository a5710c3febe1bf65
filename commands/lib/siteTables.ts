// The tables of the documentation site. On a phone, a row is a list of its cells, each below the heading of its column.
import type { MarkdownRenderer } from "vitepress";

type Token = ReturnType<MarkdownRenderer["parse"]>[number];

/** A markdown-it plugin that writes the heading of its column into each cell of a table, for the styles. */
export function labelCells(md: MarkdownRenderer): void {
  md.core.ruler.push("cell-labels", ({ tokens }) => {
    let headings: string[] = [];
    let column = 0;
    for (const [index, token] of tokens.entries()) {
      if (token.type === "table_open") headings = [];
      if (token.type === "tr_open") column = 0;
      if (token.type === "th_open") headings.push(textOf(tokens[index + 1]));
      if (token.type === "td_open") token.attrSet("data-label", headings[column++] ?? "");
    }
  });
}

/** The text of a token with inline content, without its form. */
function textOf(token: Token | undefined): string {
  return (token?.children ?? []).map(({ content }) => content).join("");
}

/** A markdown-it plugin that lets a long name in a cell break between its words, instead of in the middle of one. */
export function breakNames(md: MarkdownRenderer): void {
  const render = md.renderer.rules.code_inline;
  md.core.ruler.push("cell-names", ({ tokens }) => {
    for (const [index, { type }] of tokens.entries()) {
      if (type !== "th_open" && type !== "td_open") continue;
      for (const token of tokens[index + 1]?.children ?? []) token.meta = { isInCell: true };
    }
  });
  md.renderer.rules.code_inline = (tokens, index, ...rest) => {
    const html = render?.(tokens, index, ...rest) ?? "";
    const { isInCell = false } = (tokens[index]?.meta ?? {}) as { readonly isInCell?: boolean };
    if (!isInCell) return html;
    return html.replace(/(?<=>)[^<]+(?=<)/, (text) => text.replaceAll(/(?<=[./_,])(?=[\w[])|(?<=[a-z])(?=[A-Z])/g, "<wbr>"));
  };
}

import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { root } from "./root.ts";

/** A generated file: its path and content. */
export interface Page {
  readonly path: string;
  readonly content: string;
}

/** Formats the content of a file, whose path is relative to the root, with the project's prettier settings. */
export async function formatPage(file: string, content: string): Promise<Page> {
  const path = join(root, file);
  return { path, content: await format(content, { ...(await resolveConfig(path)), filepath: path }) };
}

/** A row of a Markdown table. Placeholders such as `<name>` in a sentence are text, not HTML; `<br>` is a new line. */
export function tableRow(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => escapeTags(cell).replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Escapes what Markdown would take for an HTML tag. It takes nothing in a code span for one. */
function escapeTags(text: string): string {
  return text.replaceAll(/(`[^`]*`)|<(?=\/?[a-z])(?!br>)/gi, (_, code: string | undefined) => code ?? "&lt;");
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../commands/lib/root.ts";

/** The code blocks of one language in a document of the project, without the indentation of the document. */
export function codeBlocks(document: string, language: string): readonly string[] {
  return codeBlocksIn(readFileSync(join(root, document), "utf8"), language);
}

/** The code blocks of one language in the text of a document. */
export function codeBlocksIn(text: string, language: string): readonly string[] {
  const blocks = text.matchAll(/^( *)```(\w+)\n([^]*?)^ *```$/gm);
  return Array.from(blocks)
    .filter(([, , blockLanguage]) => blockLanguage === language)
    .map(([, indentation = "", , block = ""]) => block.replaceAll(new RegExp(`^${indentation}`, "gm"), ""));
}

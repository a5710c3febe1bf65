import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../commands/lib/stack.ts";

/** The code blocks of a language in a document of the project, without its indentation. */
export function codeBlocks(document: string, language: string): readonly string[] {
  const blocks = readFileSync(join(root, document), "utf8").matchAll(/^( *)```(\w+)\n([^]*?)^ *```$/gm);
  return Array.from(blocks).flatMap(([, indentation = "", of, block = ""]) =>
    of === language ? [block.replaceAll(new RegExp(`^${indentation}`, "gm"), "")] : [],
  );
}

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

import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { root } from "./stack.ts";

/** A file of the project, and what is to be in it. */
export interface Page {
  readonly path: string;
  readonly content: string;
}

/** What is to be in a file of the project, formatted as all files are. */
export async function formatPage(file: string, content: string): Promise<Page> {
  const path = join(root, file);
  return { path, content: await format(content, { ...(await resolveConfig(path)), filepath: path }) };
}

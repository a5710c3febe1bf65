import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DevStack } from "../../commands/lib/stack.ts";

/** Reads all files in these folders of a stack's backend, as one text. */
export function readBackendFiles({ folder }: DevStack, ...folders: readonly ("stacks" | "backups" | "history")[]): string {
  const backend = join(folder, "state", ".pulumi");
  const files = folders.flatMap((name) => globSync(join(backend, name, "**"))).filter((file) => statSync(file).isFile());
  return files.map((file) => readFileSync(file, "utf8")).join("\n");
}

import { join } from "node:path";
import { root } from "../../commands/lib/root.ts";
import { runUnchecked } from "../../tools/childProcess.mjs";

/** Runs `npm run manifest` with these environment variables and options. Every message is one line. */
export function runManifest(environment: Record<string, string>, ...options: readonly string[]) {
  const program = [join(root, "tools", "run.mjs"), "commands/manifest.ts"];
  const { status, stdout, stderr } = runUnchecked(process.execPath, [...program, ...options], {
    cwd: root,
    env: { ...process.env, INIT_CWD: "", NO_COLOR: "1", COLUMNS: "10000", ...environment },
  });
  return { status, printed: stdout, report: stderr };
}

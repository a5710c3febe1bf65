import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

/**
 * Lets this process start Helm only once for each rendering. A rendering takes 0.2 s, and many inputs lead to the same values, because
 * addresses of the LAN, pools and policies are not values.
 */
export function cacheRenderings(): void {
  const results = new Map<string, unknown>();
  const start = childProcess.spawnSync;
  const startOnce = (program: string, args: readonly string[], options: childProcess.SpawnSyncOptions): unknown => {
    if (args[0] !== "template") return start(program, args, options);
    const key = JSON.stringify([program, args, options.input]);
    const result = results.get(key) ?? start(program, args, options);
    results.set(key, result);
    return result;
  };
  Object.assign(childProcess, { spawnSync: startOnce });
  // The modules that have imported spawnSync by its name get the new one.
  syncBuiltinESMExports();
}

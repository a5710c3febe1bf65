import { existsSync, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/**
 * The folder for what may be kept between runs and can be made again: `$XDG_CACHE_HOME/talos-cilium-cni`, by default below `~/.cache`.
 *
 * The XDG specification says to ignore a relative path. Undefined where the user has no home folder either.
 *
 * @returns {string | undefined}
 */
export function cacheFolder() {
  const base = [() => process.env["XDG_CACHE_HOME"] ?? "", () => join(homedir(), ".cache")].map(attempt).find(isAbsolute);
  return base === undefined ? undefined : join(base, "talos-cilium-cni");
}

/**
 * A folder in the cache folder, made if need be. Undefined when it cannot be made: then there is no cache. A folder that exists may still
 * be read-only.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
export function cacheIn(name) {
  const base = cacheFolder();
  if (base === undefined) return undefined;
  try {
    makeFolder(join(base, name));
    return join(base, name);
  } catch {
    return undefined;
  }
}

/**
 * Makes a folder and those above it, one at a time: Node's recursive mkdir never returns where a folder can be looked up but not made, as
 * in /proc.
 *
 * @param {string} folder
 * @returns {void}
 */
export function makeFolder(folder) {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/** @param {() => string} path @returns {string} */
function attempt(path) {
  try {
    return path();
  } catch {
    // os.homedir() throws for a user without an entry in the password file.
    return "";
  }
}

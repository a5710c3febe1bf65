import { existsSync, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/**
 * The cache folder: `$XDG_CACHE_HOME/talos-cilium-cni`, or `~/.cache/talos-cilium-cni`. It holds only what can be downloaded or built again.
 *
 * A relative `XDG_CACHE_HOME` is ignored, as the XDG specification says. Returns undefined if the user has no home folder either.
 *
 * @returns {string | undefined}
 */
export function cacheFolder() {
  const base = [() => process.env["XDG_CACHE_HOME"] ?? "", () => join(homedir(), ".cache")].map(textOrEmpty).find(isAbsolute);
  return base === undefined ? undefined : join(base, "talos-cilium-cni");
}

/**
 * Creates a folder in the cache folder if it is missing, and returns its path. Returns undefined if it cannot be created. A folder that
 * exists may still be read-only.
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
 * Creates a folder and its parents, one at a time: Node's recursive mkdir never returns for a folder that can be looked up but not created,
 * as in /proc.
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
    // Another process may have created it in the meantime.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/** @param {() => string} path @returns {string} */
function textOrEmpty(path) {
  try {
    return path();
  } catch {
    // os.homedir() throws for a user without an entry in the password file.
    return "";
  }
}

import { homedir } from "node:os";
import { join } from "node:path";

/** The folder for what may be kept between runs and can be made again: `$XDG_CACHE_HOME/talos-cilium-cni`. */
export function cacheFolder() {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "talos-cilium-cni");
}

import { findPluginFolder, missingPluginMessage, type Plugin } from "../../commands/lib/plugins.ts";
import { pythonPackages } from "./suiteData.ts";

/** The reason to skip a test that needs plugins which are not here, besides the language host for Node, on which the plugin itself runs. */
export function missingFor(...plugins: readonly Plugin[]): string | false {
  const missing = (["language-nodejs", ...plugins] as const).find((plugin) => findPluginFolder(plugin) === undefined);
  return missing !== undefined && missingPluginMessage(missing);
}

/** The environment in which npm and pip find what they need in folders, because a test downloads nothing. */
export function offlineEnvironment(): NodeJS.ProcessEnv {
  return {
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: pythonPackages() ?? "",
    npm_config_offline: "true",
    npm_config_audit: "false",
  };
}

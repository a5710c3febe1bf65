import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { cacheIn } from "../../components/support/cacheFolder.mjs";
import { runAsync } from "../../tools/childProcess.mjs";
import { root } from "./root.ts";

/** The projects of test/package/projects. */
export type ConsumerName = "commonjs" | "esm" | "pnpm";

/** A project outside of this repository that has installed the npm package from its archive. */
export interface Consumer {
  readonly folder: string;
  /** The archive that `npm publish` would upload. */
  readonly archive: string;
}

const projects = join(root, "test", "package", "projects");

/** The npm registry cannot be reached, and npm's cache lacks a package. */
export class RegistryUnreachable extends Error {}

/** Packs the npm package as `npm publish` does, and installs it into a copy of each project below `folder`. */
export async function installConsumers<Name extends ConsumerName>(
  names: readonly Name[],
  folder: string,
): Promise<Readonly<Record<Name, Consumer>>> {
  const archive = names.length === 0 ? "" : await pack(folder);
  const consumers = names.map(async (name) => [name, await install(name, join(folder, name), archive)] as const);
  return Object.fromEntries(await Promise.all(consumers)) as Record<Name, Consumer>;
}

/** Builds the package and returns the path of its archive. */
async function pack(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  // The script `prepack` builds it.
  const options = ["pack", "--json", "--pack-destination", folder];
  const printed = await runAsync("npm", options, { cwd: root, env: { ...environment(), npm_config_ignore_scripts: "false" } });
  const [packed] = JSON.parse(printed.slice(printed.indexOf("[\n"))) as { filename: string }[];
  if (packed === undefined) throw new Error(`npm pack made no archive: ${printed}`);
  return join(folder, packed.filename);
}

async function install(name: ConsumerName, folder: string, archive: string): Promise<Consumer> {
  cpSync(join(projects, name), folder, { recursive: true });
  const options = { cwd: folder, env: environment() };
  try {
    if (packageManagerOf(folder) === "npm") await runAsync("npm", ["install", archive], options);
    else {
      const pnpm = join(root, "node_modules", "pnpm", "bin", "pnpm.cjs");
      const store = cacheIn("pnpm") ?? join(folder, ".pnpm-store");
      await runAsync(process.execPath, [pnpm, "add", "--store-dir", store, archive], options);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const isUnreachable = /\b(?:EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENOTCACHED|ENOTFOUND|ETIMEDOUT)\b/.test(message);
    throw isUnreachable ? new RegistryUnreachable(`the npm registry cannot be reached: ${message}`, { cause: error }) : error;
  }
  return { folder, archive };
}

/** The environment of npm and pnpm. */
function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // `npm test --silent` sets a level that hides why an installation failed.
    npm_config_loglevel: "error",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_prefer_offline: "true",
    // The script of @pulumi/kubernetes would download a plugin into the user's Pulumi home.
    npm_config_ignore_scripts: "true",
  };
}

/** The package manager that the project names for Pulumi. */
function packageManagerOf(folder: string): "npm" | "pnpm" {
  const { runtime } = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as {
    runtime: "nodejs" | { options: { packagemanager: "pnpm" } };
  };
  return runtime === "nodejs" ? "npm" : runtime.options.packagemanager;
}

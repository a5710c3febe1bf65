// Runs a TypeScript file of this project and installs the npm packages first if needed: `node tools/run.mjs <file> [argument...]`.
//
// This file and its imports run on Node 20 or later and need no package. If the current Node is too old to run TypeScript, the file runs on one
// from an npm package, see tools/node.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runAsync } from "./childProcess.mjs";
import { ensureTool } from "./tools.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");

/** Whether node_modules of a folder has the packages of its package-lock.json. */
function isInstalled(/** @type {string} */ folder) {
  const packages = (/** @type {string} */ file) => {
    const lock = /** @type {unknown} */ (JSON.parse(readFileSync(file, "utf8")));
    return /** @type {{ packages: Record<string, { version: string, optional?: boolean }> }} */ (lock).packages;
  };
  const hidden = join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(hidden)) return false;
  const present = packages(hidden);
  return Object.entries(packages(join(folder, "package-lock.json"))).every(
    ([path, { version, optional }]) => path === "" || optional === true || present[path]?.version === version,
  );
}

async function install(/** @type {string} */ folder, report = "installing npm packages, once") {
  process.stderr.write(`${report}\n`);
  const options = { cwd: folder, seconds: 1800, shell: process.platform === "win32" };
  try {
    await runAsync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], options);
  } catch (error) {
    process.stderr.write(`the npm packages could not be installed: ${/** @type {Error} */ (error).message}\n`);
    process.exit(1);
  }
}

/** Gets the tools of a command while npm installs the packages. If that fails, the command tries again, and reports the problem. */
async function prepareTools(/** @type {string} */ command) {
  if (!["commands/manifest.ts", "commands/test.ts"].includes(command)) return;
  const report = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);
  await Promise.allSettled([ensureTool("pulumi", { report }), ensureTool("helm", { report })]);
}

async function findNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath;
  const folder = join(root, "tools", "node");
  const packaged = join(folder, "node_modules", ".bin", "node");
  // Some platforms have no such package.
  if (!existsSync(packaged))
    await install(
      folder,
      `this is Node ${process.versions.node}; installing a newer one into tools/node, for this project alone, once`,
    );
  if (existsSync(packaged)) return packaged;
  process.stderr.write(`Node 22.18 or later is needed (https://nodejs.org); this is ${process.versions.node}\n`);
  process.exit(1);
}

const [file = "", ...rest] = process.argv.slice(2);
const node = await findNode();
if (!isInstalled(root)) await Promise.all([install(root), prepareTools(file)]);
const env = {
  ...process.env,
  PATH: [bin, ...(node === process.execPath ? [] : [dirname(node)]), process.env["PATH"]].join(delimiter),
};
const child = spawn(node, [join(root, file), ...rest], { cwd: root, env, stdio: "inherit" });
process.on("SIGINT", () => undefined); // The terminal sends Ctrl-C to the child too; wait until the child ends.
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("error", (error) => {
  process.stderr.write(`Node could not be started: ${error.message}\n`);
  process.exit(1);
});
child.on("close", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));

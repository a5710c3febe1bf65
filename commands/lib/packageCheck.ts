// Judges the npm package as a user gets it: packed, by two programs that know how Node, TypeScript and bundlers find the files of a package.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { problemKindInfo } from "@arethetypeswrong/core/problems";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { run } from "../../tools/childProcess.mjs";
import { root } from "./root.ts";

/** Builds the package and returns what `npm publish` would upload. Leaves nothing but dist/ behind. */
export function packProject(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "npm-pack-"));
  try {
    const options = { cwd: root, seconds: 300, shell: process.platform === "win32" };
    run("npm", ["pack", "--loglevel=error", "--pack-destination", folder], options);
    const [file = ""] = readdirSync(folder);
    return readFileSync(join(folder, file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns what publint and arethetypeswrong find wrong with a packed package. */
export async function findPackageProblems(tarball: Uint8Array): Promise<readonly string[]> {
  return [...(await askPublint(tarball)), ...(await askAreTheTypesWrong(tarball))];
}

async function askPublint(tarball: Uint8Array): Promise<readonly string[]> {
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: Uint8Array.from(tarball).buffer } });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`);
}

async function askAreTheTypesWrong(tarball: Uint8Array): Promise<readonly string[]> {
  const unpacked = createPackageFromTarballData(tarball);
  // Node imports this module at its start (--import), and no program does.
  const result = await checkPackage(unpacked, { excludeEntrypoints: ["compileCache"] });
  if (!("problems" in result)) return ["arethetypeswrong: the package contains no types"];
  // The package is one ES module. CommonJS programs can load it, because Node has `require` of ES modules from 22.12 on, which `engines` asks for.
  const problems = result.problems.filter(({ kind }) => kind !== "CJSResolvesToESM");
  // The same fault is found once for each way in which TypeScript can look for the types.
  return [...new Set(problems.map((problem) => describe(problem).replaceAll(`/node_modules/${unpacked.packageName}/`, "")))];
}

function describe(problem: Problem): string {
  const { description, docsUrl } = problemKindInfo[problem.kind];
  return `arethetypeswrong: ${placeOf(problem)}: ${description} (${docsUrl})`;
}

function placeOf(problem: Problem): string {
  if ("entrypoint" in problem) return `entry point ${problem.entrypoint} by ${problem.resolutionKind}`;
  if ("typesFileName" in problem) return `${problem.typesFileName} for ${problem.implementationFileName}`;
  if ("moduleSpecifier" in problem) return `${problem.moduleSpecifier} in ${problem.fileName}`;
  return problem.fileName;
}

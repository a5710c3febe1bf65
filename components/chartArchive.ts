import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { sha256Of, temporaryFolder, writeWhole } from "./cache.ts";
import { cacheIn, makeFolder } from "./cacheFolder.mjs";
import type { Chart } from "./chart.ts";
import { helm } from "./helm.ts";
import { InputError, refuse } from "./problems.ts";

/** Where the archive lies in the program's folder: the same path on every machine. */
const folderOfProgram = "node_modules/.cache/talos-cilium-cni";

/**
 * Writes the chart as an archive to a place where the Kubernetes provider finds it, and returns the path, which ends up in the state.
 *
 * The name is the SHA-256 of the archive, or of the files of a chart folder, so no stack ever replaces the chart of another one.
 *
 * `relative`: whether the provider resolves a path as this process does, as when the `pulumi` CLI runs the program. Then the path is
 * relative, and the same on every machine. Otherwise, and where the program's folder cannot be written, it is absolute.
 */
export function stageChart({ path }: Chart, { relative }: { readonly relative: boolean }): string {
  const { name, content, isReproducible } = archiveOf(path);
  const isWritten = (file: string) => isReproducible && sha256Of(readFileSync(file)) === sha256Of(content);
  const write = (file: string) => {
    if (statSync(file, { throwIfNoEntry: false }) !== undefined && isWritten(file)) return;
    writeWhole(file, content);
    if (isReproducible && !isWritten(file)) throw new Error(`${file} does not hold what was written to it`);
  };
  const problems: string[] = [];
  for (const place of [inProgram, inCache, temporaryFolder]) {
    try {
      const folder = place();
      makeFolder(folder);
      write(join(folder, name));
      return relative && place === inProgram ? `${folderOfProgram}/${name}` : join(folder, name);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return refuse(
    "chart",
    `there is no folder to write the archive to: ${problems.join("; ")}; make ${folderOfProgram} in the program's folder writable, or set ` +
      "XDG_CACHE_HOME to a folder that is",
  );
}

function inProgram(): string {
  return resolve(folderOfProgram);
}

function inCache(): string {
  const folder = cacheIn("staged");
  if (folder === undefined) throw new Error("there is no cache folder");
  return folder;
}

interface Archive {
  readonly name: string;
  readonly content: Buffer;
  /** Whether the same chart always has the same bytes; Helm may write the time into what it packages. */
  readonly isReproducible: boolean;
}

function archiveOf(path: string): Archive {
  try {
    if (statSync(path).isDirectory()) return { name: `${digestOf(path)}.tgz`, content: packaged(path), isReproducible: false };
    const content = readFileSync(path);
    return { name: `${sha256Of(content)}.tgz`, content, isReproducible: true };
  } catch (error) {
    if (error instanceof InputError) throw error;
    return refuse("chart.path", `${path} could not be packaged: ${(error as Error).message}; name a chart that Helm can package`);
  }
}

/** The archive that Helm makes of a chart folder. */
function packaged(path: string): Buffer {
  const folder = temporaryFolder();
  try {
    helm(["package", path, "--destination", folder]);
    const [archive = ""] = readdirSync(folder);
    return readFileSync(join(folder, archive));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** SHA-256 over the names and contents of all files. */
function digestOf(folder: string): string {
  const files = filesIn(folder).toSorted();
  return sha256Of(files.map((file) => `${sha256Of(readFileSync(join(folder, file)))} ${file}\n`).join(""));
}

/** The files as Helm packages them: a link to a folder counts as the folder. */
function filesIn(folder: string, below = ""): readonly string[] {
  return readdirSync(join(folder, below)).flatMap((name) => {
    const path = below === "" ? name : `${below}/${name}`;
    return statSync(join(folder, path)).isDirectory() ? filesIn(folder, path) : [path];
  });
}

import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Chart } from "../helm/chartContents.ts";
import { helm } from "../helm/cli.ts";
import { sha256Of, temporaryFolder, writeWhole } from "../support/cache.ts";
import { cacheIn } from "../support/cacheFolder.mjs";
import { InputError, refuse } from "../support/problems.ts";

/**
 * Writes the chart as an archive to a place that the Kubernetes provider finds from any working directory, and returns the absolute path.
 *
 * The file name is the SHA-256 of the archive, or of the files of a chart folder, so that no stack ever replaces the chart of another one.
 * The archive is in the cache folder, or in a temporary folder if the cache is not writable. The engine (3.259) does not record the path.
 */
export function stageChart({ path }: Chart): string {
  const { name, content, isReproducible } = createArchive(path);
  const isWritten = (file: string) => isReproducible && sha256Of(readFileSync(file)) === sha256Of(content);
  const write = (file: string) => {
    if (statSync(file, { throwIfNoEntry: false }) !== undefined && isWritten(file)) return;
    writeWhole(file, content);
    if (isReproducible && !isWritten(file)) throw new Error(`${file} does not contain what was written to it`);
  };
  const problems: string[] = [];
  for (const createFolder of [stagingFolder, temporaryFolder]) {
    try {
      const file = join(createFolder(), name);
      write(file);
      return file;
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return refuse(
    "chart",
    `no folder can store the chart archive: ${problems.join("; ")}; set XDG_CACHE_HOME to a writable folder`,
  );
}

function stagingFolder(): string {
  const folder = cacheIn("staged");
  if (folder === undefined) throw new Error("there is no cache folder");
  return folder;
}

interface Archive {
  readonly name: string;
  readonly content: Buffer;
  /** Whether the same chart always gives the same bytes. Helm may write the time into an archive that it packages. */
  readonly isReproducible: boolean;
}

function createArchive(path: string): Archive {
  try {
    if (statSync(path).isDirectory())
      return { name: `${digestOf(path)}.tgz`, content: packageFolder(path), isReproducible: false };
    const content = readFileSync(path);
    return { name: `${sha256Of(content)}.tgz`, content, isReproducible: true };
  } catch (error) {
    if (error instanceof InputError) throw error;
    return refuse("chart.path", `${path} could not be packaged: ${(error as Error).message}; name a chart that Helm can package`);
  }
}

/** Packages a chart folder with Helm and returns the archive. */
function packageFolder(path: string): Buffer {
  const folder = temporaryFolder();
  try {
    helm(["package", path, "--destination", folder]);
    const [archive = ""] = readdirSync(folder);
    return readFileSync(join(folder, archive));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** SHA-256 of the names and contents of all files. */
function digestOf(folder: string): string {
  const files = filesIn(folder).toSorted();
  return sha256Of(files.map((file) => `${sha256Of(readFileSync(join(folder, file)))} ${file}\n`).join(""));
}

/** The files that Helm packages. A link to a folder counts as the folder. */
function filesIn(folder: string, below = ""): readonly string[] {
  return readdirSync(join(folder, below)).flatMap((name) => {
    const path = below === "" ? name : `${below}/${name}`;
    return statSync(join(folder, path)).isDirectory() ? filesIn(folder, path) : [path];
  });
}

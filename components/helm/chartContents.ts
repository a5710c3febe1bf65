import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { readStream } from "../kubernetes/yaml.ts";
import { refuse } from "../support/problems.ts";
import { filesInArchive } from "../support/tarArchive.ts";

/** A chart that Helm can read. */
export interface Chart {
  /** Path of an archive or a folder. */
  readonly path: string;
  /** The SHA-256 of an archive that has the expected one. */
  readonly sha256?: string;
}

/** Reads Chart.yaml, which says what a chart is. Throws an InputError if the archive or the file cannot be read. */
export function readMetadata({ path }: Chart): unknown {
  const isFolder = statSync(path).isDirectory();
  return readChart(isFolder ? join(path, "Chart.yaml") : `the chart archive ${path}`, () => {
    const text = isFolder
      ? readFileSync(join(path, "Chart.yaml"), "utf8")
      : // The top folder has the name of the chart. Its subcharts are deeper.
        textsInArchive(path, (name) => /^[^/]+\/Chart\.yaml$/.test(name))[0];
    return readStream(text ?? "", { uniqueKeys: false })[0];
  });
}

/**
 * Reads the JSON schema of the chart's values. It describes every key of values.yaml, and some more. Throws an InputError if the chart has no
 * readable schema.
 */
export function readSchema({ path }: Chart): Readonly<Record<string, unknown>> {
  return readChart(`the schema of the values in ${path}`, () => {
    const text = statSync(path).isDirectory()
      ? readFileSync(join(path, "values.schema.json"), "utf8")
      : textsInArchive(path, (name) => name === "cilium/values.schema.json")[0];
    return JSON.parse(text ?? "") as Readonly<Record<string, unknown>>;
  });
}

/** Reads the text of all templates of the chart. Throws an InputError if they cannot be read. */
export function readTemplates({ path }: Chart): string {
  return readChart(`the templates in ${path}`, () => {
    const texts = statSync(path).isDirectory()
      ? textsInFolder(join(path, "templates"))
      : textsInArchive(path, (name) => name.startsWith("cilium/templates/"));
    return texts.join("\n");
  });
}

/** Runs `read`, and turns its error into an InputError of `chart.path`. */
export function readChart<T>(description: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    return refuse("chart.path", `${description} cannot be read: ${(error as Error).message}; use the whole chart of a release`);
  }
}

function textsInFolder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
}

function textsInArchive(path: string, isWanted: (name: string) => boolean): readonly string[] {
  return filesInArchive(readFileSync(path), isWanted).map(({ text }) => text);
}

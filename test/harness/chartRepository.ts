import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import type { HelmValues } from "../../components/helm/values.ts";
import { run } from "../../tools/childProcess.mjs";
import { chartFolder } from "./charts.ts";

/** How an archive differs from the released chart of 1.18.4. */
export interface ChartChanges {
  readonly name?: string;
  readonly version?: string;
  /** Values by their path. Every archive needs digests of its images, because the chart folder in Cilium's source has none. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Files that are added, by their path in the chart. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Packages the real chart of 1.18.4 into a repository folder, under its own or another name and version. */
export function packageChart(folder: string, repository: string, { name, version, values, files = {} }: ChartChanges): void {
  const source = join(folder, `${name ?? "cilium"}-${version ?? "1.18.4"}`, "cilium");
  cpSync(chartFolder("1.18.4"), source, { recursive: true });
  run("chmod", ["-R", "u+w", source]);
  change(join(source, "Chart.yaml"), { ...(name !== undefined && { name }), ...(version !== undefined && { version }) });
  change(join(source, "values.yaml"), values);
  for (const [path, content] of Object.entries(files)) writeFileSync(join(source, path), content);
  mkdirSync(repository, { recursive: true });
  run("helm", ["package", source, "--destination", repository]);
}

function change(file: string, values: HelmValues): void {
  const document = parseDocument(readFileSync(file, "utf8"));
  for (const [path, value] of Object.entries(values)) document.setIn(path.split("."), value);
  writeFileSync(file, document.toString());
}

/** The values of a released chart that name these images. */
export function digestsOf(images: { readonly agent: string; readonly operator: string; readonly relay: string }): HelmValues {
  return {
    "image.digest": images.agent,
    "image.useDigest": true,
    "operator.image.genericDigest": images.operator,
    "operator.image.useDigest": true,
    "hubble.relay.image.digest": images.relay,
    "hubble.relay.image.useDigest": true,
  };
}

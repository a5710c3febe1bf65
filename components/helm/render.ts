import type { Settings } from "../inputs/settings.ts";
import { type KubernetesObject, readerFile, readObjects, writeDocument } from "../kubernetes/yaml.ts";
import { refuse } from "../support/problems.ts";
import type { Chart } from "./chartContents.ts";
import { helm, HelmError } from "./cli.ts";
import { renderCached } from "./renderingCache.ts";
import type { HelmValues } from "./values.ts";

/** A rendered object. */
export interface RenderedObject {
  readonly object: KubernetesObject;
  /** The object as canonical YAML. */
  readonly yaml: string;
  /** The path of the chart template that rendered it, relative to the templates folder. */
  readonly template: string;
}

/** The name of the Helm release. */
export const releaseName = "cilium";

const reference = "https://docs.cilium.io/en/stable/helm-reference/";

/** What the chart is rendered for. */
export type RenderTarget = Pick<Settings, "namespace" | "kubernetesVersion" | "ciliumVersion" | "secretValues">;

/**
 * Renders the chart with Helm, without a cluster, or takes the same rendering from the cache. Includes Helm hooks, and leaves out the chart's tests.
 * Throws an InputError with Helm's own message.
 */
export function render(chart: Chart, values: HelmValues, target: RenderTarget): readonly RenderedObject[] {
  try {
    return renderCached(chart, values, target, readers, () => readRendering(runHelmTemplate(chart, values, target)));
  } catch (error) {
    if (!(error instanceof HelmError)) throw error;
    const input = error.message.includes("chart requires kubeVersion") ? "kubernetesVersion" : "values";
    return refuse(
      input,
      `Helm cannot render Cilium ${target.ciliumVersion} with these inputs: ${error.message}; what each value may be: ${reference}`,
    );
  }
}

/** Returns what Helm prints for these values. Throws a HelmError if Helm refuses them. */
export function runHelmTemplate(chart: Chart, values: HelmValues, { namespace, kubernetesVersion }: RenderTarget): string {
  // Without --kube-version, Helm assumes the version that it was built with: v1.20 in builds from source, which the chart refuses.
  const options = ["--namespace", namespace, "--kube-version", kubernetesVersion, "--skip-tests", "--values", "-"];
  return helm(["template", releaseName, chart.path, ...options], { input: JSON.stringify(values) });
}

/** The files of the code that turns Helm's output into objects and their YAML. In the bundle it is one. */
const readers = [...new Set([import.meta.filename, readerFile])];

/** Reads what Helm prints: each document starts with a line that names its template. */
function readRendering(output: string): readonly RenderedObject[] {
  return output.split(/^---\n# Source: /m).flatMap((document) => {
    const [, template = ""] = /^cilium\/templates\/(\S+)/.exec(document) ?? [];
    const content = document.slice(document.indexOf("\n"));
    return readObjects(content).map((object) => ({ object, yaml: writeDocument(object), template }));
  });
}

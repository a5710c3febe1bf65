import { helm, HelmError } from "./cli.ts";
import type { HelmValues } from "../cilium/values.ts";
import type { Chart } from "./chartSource.ts";
import { readDocuments, type KubernetesObject } from "../kubernetes/yaml.ts";
import { refuse } from "../support/problems.ts";
import type { Settings } from "../inputs/settings.ts";

/** An object, and the template of the chart that made it. */
export interface Rendered {
  readonly object: KubernetesObject;
  readonly template: string;
}

/** The name of the Helm release. */
export const release = "cilium";

const reference = "https://docs.cilium.io/en/stable/helm-reference/";

type Target = Pick<Settings, "namespace" | "kubernetesVersion" | "ciliumVersion">;

/** Renders the chart with Helm, without a cluster; hooks are kept, tests are not. Throws an InputError with Helm's own words. */
export function render(chart: Chart, values: HelmValues, target: Target): readonly Rendered[] {
  try {
    return read(template(chart, values, target));
  } catch (error) {
    if (!(error instanceof HelmError)) throw error;
    const input = error.message.includes("chart requires kubeVersion") ? "kubernetesVersion" : "values";
    return refuse(
      input,
      `Helm cannot render Cilium ${target.ciliumVersion} with these inputs: ${error.message}; what each value may be: ${reference}`,
    );
  }
}

/** What Helm prints for these values. Throws a HelmError if it does not take them. */
export function template(chart: Chart, values: HelmValues, { namespace, kubernetesVersion }: Target): string {
  // Without --kube-version, Helm takes the version it was built with: v1.20 in builds from source, which the chart refuses.
  const options = ["--namespace", namespace, "--kube-version", kubernetesVersion, "--skip-tests", "--values", "-"];
  return helm(["template", release, chart.path, ...options], { input: JSON.stringify(values) });
}

/** The objects alone. */
export function objectsOf(rendered: readonly Rendered[]): readonly KubernetesObject[] {
  return rendered.map(({ object }) => object);
}

function read(output: string): readonly Rendered[] {
  return readDocuments(output).map(({ object, comment }) => ({
    object,
    template: /Source: cilium\/templates\/(\S+)/.exec(comment)?.[1] ?? "",
  }));
}

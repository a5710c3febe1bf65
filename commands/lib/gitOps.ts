import semver from "semver";
import { admittingLabel } from "../../components/cilium/namespace.ts";
import { releaseName, render } from "../../components/helm/render.ts";
import { createManifest, type Manifest } from "../../components/kubernetes/manifest.ts";
import { changedObjects } from "../../components/kubernetes/objectChanges.ts";
import { type KubernetesObject, writeDocument } from "../../components/kubernetes/yaml.ts";
import type { Plan } from "../../components/plan.ts";
import { InputError, type Problem, problem } from "../../components/support/problems.ts";

/** What renders the chart in place of this project: Flux, Argo CD, or Helm with a file of values. */
export const gitOpsTools = ["flux", "argocd", "helm"] as const;
export type GitOpsTool = (typeof gitOpsTools)[number];

/** The content of the files for a tool. */
export interface GitOpsFiles {
  /** A HelmRelease with its repository, an Application, or values. */
  readonly main: string;
  /** For Helm: the Namespace, to create first. The objects for Flux and Argo CD contain it. Undefined if the chart needs none. */
  readonly namespace: string | undefined;
}

type HandedOverPlan = Pick<Plan, "settings" | "chart" | "values" | "manifest" | "isSecret">;

/**
 * Writes the files with which a tool renders the objects of the manifest from the chart. Throws an InputError if it could not render the same objects,
 * or if the files would contain secrets.
 */
export function gitOpsFiles(tool: GitOpsTool, plan: HandedOverPlan): GitOpsFiles {
  const rendered = createManifest(render(plan.chart, plan.values, plan.settings).map(({ object }) => object));
  const problems = [
    ...secretProblems(plan),
    ...sourceProblems(tool, plan),
    ...nullProblems(tool, plan),
    ...changeProblems(rendered, plan),
  ];
  if (problems.length > 0) throw new InputError(problems);
  const namespaces = changedObjects(objectsIn(rendered), objectsIn(plan.manifest)).flatMap(({ after }) => after ?? []);
  if (tool === "helm") {
    return { main: writeDocument(plan.values), namespace: namespaces.length === 0 ? undefined : stream(namespaces) };
  }
  const objects = tool === "flux" ? fluxObjects(plan) : [application(plan)];
  return { main: stream([...namespaces, ...objects]), namespace: undefined };
}

function objectsIn({ entries }: Manifest): readonly KubernetesObject[] {
  return entries.map(({ object }) => object);
}

function stream(objects: readonly KubernetesObject[]): string {
  return objects.map((object) => `---\n${writeDocument(object)}`).join("");
}

function secretProblems({ isSecret, settings }: HandedOverPlan): readonly Problem[] {
  if (!isSecret) return [];
  const input = Object.keys(settings.secretValues).length > 0 ? "secretValues" : "values";
  const remedy =
    "put the secrets into Kubernetes Secrets of your own that the values name, and leave them out here, or stay with a delivery of Pulumi";
  return [problem(input, `would be readable in the files, because they put secrets into the manifest; ${remedy}`)];
}

function sourceProblems(tool: GitOpsTool, { settings }: HandedOverPlan): readonly Problem[] {
  const { path } = settings.chart;
  if (path === undefined || tool === "helm") return [];
  return [
    problem(
      "chart.path",
      `${path} is a file of this machine, which ${titles[tool]} cannot read; leave chart.path out, and name the repository as chart.repository`,
    ),
  ];
}

/** The names of the tools in text. */
const titles = { flux: "Flux", argocd: "Argo CD", helm: "Helm" } as const satisfies Record<GitOpsTool, string>;

/** A null removes a value of the chart. As a field of a Kubernetes object it can get lost. */
function nullProblems(tool: GitOpsTool, { values }: HandedOverPlan): readonly Problem[] {
  if (tool !== "flux") return [];
  return nullPaths(values).map((path) =>
    problem(`values.${path}`, "is null, which can get lost in a HelmRelease; set a value that means the same, or leave it out"),
  );
}

function nullPaths(value: unknown, path = ""): readonly string[] {
  if (value === null) return [path];
  if (typeof value !== "object" || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => nullPaths(member, path === "" ? key : `${path}.${key}`));
}

/** Objects of the chart that this project changes after rendering: Namespaces that need labels. */
function changeProblems(rendered: Manifest, { manifest }: HandedOverPlan): readonly Problem[] {
  const changed = changedObjects(objectsIn(rendered), objectsIn(manifest)).filter(({ before }) => before !== undefined);
  return changed.map(({ name }) =>
    problem(
      "values",
      `make the chart render ${name}, whose pods Talos refuses without labels that the chart cannot set; set the value that leaves this Namespace ` +
        `to you (authentication.mutual.spire.install.existingNamespace: true for SPIRE), and create it with the label ${admittingLabel}`,
    ),
  );
}

const chartName = "cilium";

function fluxObjects({ settings, values }: HandedOverPlan): readonly KubernetesObject[] {
  const { ciliumVersion, namespace, chart } = settings;
  const metadata = { name: chartName, namespace: "flux-system" };
  const isOci = chart.repository.startsWith("oci://");
  const source = isOci
    ? ociRepository(chart.repository, ciliumVersion)
    : {
        apiVersion: "source.toolkit.fluxcd.io/v1",
        kind: "HelmRepository",
        metadata,
        spec: { interval: "24h", url: chart.repository },
      };
  const reference = { kind: source.kind, name: chartName };
  const chartSpec = { chart: { spec: { chart: chartName, version: ciliumVersion, sourceRef: reference } } };
  const release = {
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    // The values may contain ${...}, which is not for Flux.
    metadata: { ...metadata, annotations: { "kustomize.toolkit.fluxcd.io/substitute": "disabled" } },
    spec: {
      interval: "1h",
      timeout: "15m",
      releaseName,
      targetNamespace: namespace,
      storageNamespace: namespace,
      ...(isOci ? { chartRef: reference } : chartSpec),
      values,
    },
  };
  return [source, release];
}

function ociRepository(url: string, tag: string): KubernetesObject {
  const layerSelector = { mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", operation: "copy" };
  return {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "OCIRepository",
    metadata: { name: chartName, namespace: "flux-system" },
    spec: { interval: "24h", url, ref: { tag }, layerSelector },
  };
}

function application({ settings, values }: HandedOverPlan): KubernetesObject {
  const { ciliumVersion, namespace, kubernetesVersion, chart } = settings;
  const [, registry = "", name = chartName] = /^oci:\/\/(.*)\/([^/]+)\/?$/.exec(chart.repository) ?? [];
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name: chartName, namespace: "argocd" },
    spec: {
      project: "default",
      source: {
        repoURL: registry === "" ? chart.repository : registry,
        chart: name,
        targetRevision: ciliumVersion,
        // As text, because a null can get lost in an object.
        helm: { releaseName, kubeVersion: semver.coerce(kubernetesVersion)?.version, values: writeDocument(values) },
      },
      destination: { server: "https://kubernetes.default.svc", namespace },
      syncPolicy: { syncOptions: ["ServerSideApply=true"] },
    },
  };
}

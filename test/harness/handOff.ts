import assert from "node:assert/strict";
import { gitOpsFiles, type GitOpsTool } from "../../commands/lib/gitOps.ts";
import { readTemplates } from "../../components/helm/chartContents.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { createPlan, type Plan } from "../../components/plan.ts";
import { run } from "../../tools/childProcess.mjs";
import { chart, chartArgs, readAsKubernetes } from "./charts.ts";

/** Makes the plan with the chart of the suite. Its settings name the chart that the inputs name. */
export function planFor(args: TalosCiliumCniArgs): Plan {
  const plan = createPlan({ ...args, chart: chartArgs(args.ciliumVersion).chart ?? {} });
  return { ...plan, settings: resolveSettings(args) };
}

/** Reads a stream with Go's own reader. */
export const readObjects = (stream: string) =>
  (readAsKubernetes(stream) as readonly (KubernetesObject | null)[]).filter((object) => object !== null);

/** What a tool gives to Helm. */
export interface Handed {
  /** As the tool gives them to Helm. */
  readonly values: string;
  readonly release: string;
  readonly version: string;
  readonly namespace: string;
  readonly kubeVersion?: string;
  readonly besides: readonly KubernetesObject[];
}

/** What Flux reads in its objects. */
function flux(main: string): Handed {
  const [repository, release] = readObjects(main).slice(-2) as [KubernetesObject, KubernetesObject];
  const spec = release["spec"] as {
    releaseName: string;
    targetNamespace: string;
    storageNamespace: string;
    chart: { spec: { chart: string; version: string; sourceRef: { kind: string; name: string } } };
    values: object;
  };
  assert.deepEqual(
    [repository.apiVersion, repository.kind, release.apiVersion, release.kind],
    ["source.toolkit.fluxcd.io/v1", "HelmRepository", "helm.toolkit.fluxcd.io/v2", "HelmRelease"],
  );
  assert.deepEqual(spec.chart.spec.sourceRef, { kind: repository.kind, name: repository.metadata.name });
  assert.equal((repository["spec"] as { url: string }).url, "https://helm.cilium.io");
  assert.equal(spec.storageNamespace, spec.targetNamespace);
  const { version } = spec.chart.spec;
  const values = JSON.stringify(spec.values);
  return { values, release: spec.releaseName, version, namespace: spec.targetNamespace, besides: readObjects(main).slice(0, -2) };
}

/** What Argo CD reads in its object. */
function argocd(main: string): Handed {
  const application = readObjects(main).at(-1) ?? assert.fail();
  const { source, destination } = application["spec"] as {
    source: {
      repoURL: string;
      chart: string;
      targetRevision: string;
      helm: { releaseName: string; kubeVersion: string; values: string };
    };
    destination: { namespace: string };
  };
  assert.deepEqual([source.repoURL, source.chart], ["https://helm.cilium.io", "cilium"]);
  const { releaseName: release, kubeVersion, values } = source.helm;
  const { namespace } = destination;
  return { values, release, version: source.targetRevision, namespace, kubeVersion, besides: readObjects(main).slice(0, -1) };
}

/** What a tool gives to Helm, and the objects that Helm has to render. */
export function handed(tool: GitOpsTool, args: TalosCiliumCniArgs): Handed & { readonly expected: readonly KubernetesObject[] } {
  const plan = planFor(args);
  const files = gitOpsFiles(tool, plan);
  const expected = readObjects(plan.manifest.yaml);
  if (tool === "flux") return { ...flux(files.main), expected };
  if (tool === "argocd") return { ...argocd(files.main), expected };
  const { ciliumVersion: version, namespace } = plan.settings;
  const besides = files.namespace === undefined ? [] : readObjects(files.namespace);
  return { values: files.main, release: "cilium", version, namespace, besides, expected };
}

/** Renders the chart with Helm as a tool does, in a cluster that these options describe. */
export function renderHanded(
  { values, release, version, namespace }: Pick<Handed, "values" | "release" | "version" | "namespace">,
  options: readonly string[],
): readonly KubernetesObject[] {
  const where = [release, chart(version).path, "--namespace", namespace];
  return readObjects(run("helm", ["template", ...where, "--skip-tests", "--values", "-", ...options], { input: values }));
}

/** Asserts that a tool renders the objects of the manifest in each cluster. A chart asks for the version of the cluster, and whether it has certain kinds. */
export function assertRendersManifest(
  tool: GitOpsTool,
  args: TalosCiliumCniArgs & { readonly ciliumVersion: string },
  kubernetesVersions: readonly [oldest: string, newest: string],
): void {
  const { besides, expected, kubeVersion, ...rendering } = handed(tool, args);
  assert.equal(rendering.version, args.ciliumVersion);
  assert.equal(kubeVersion, tool === "argocd" ? `${kubernetesVersions[1]}.0` : undefined);
  assert.deepEqual(
    besides.map((object) => nameOf(object)),
    args.namespace === undefined ? [] : [`Namespace ${args.namespace}`],
  );
  const kinds = [...readTemplates(chart(args.ciliumVersion)).matchAll(/APIVersions\.Has "([^"]+)"/g)].map(
    ([, kind = ""]) => kind,
  );
  assert(kinds.length > 0);
  const withKinds = kinds.flatMap((kind) => ["--api-versions", kind]);
  const clusters = tool === "helm" ? kubernetesVersions : [kubeVersion ?? kubernetesVersions[1]];
  const withoutKinds = tool === "helm" ? clusters.map((cluster) => ["--kube-version", cluster]) : [];
  for (const options of [...withoutKinds, ...clusters.map((cluster) => ["--kube-version", cluster, ...withKinds])]) {
    assert.deepEqual(byName([...besides, ...renderHanded(rendering, options)]), byName(expected), `${tool} ${options.join(" ")}`);
  }
}

function byName(objects: readonly KubernetesObject[]) {
  return Object.fromEntries(objects.map((object) => [nameOf(object), object]));
}

// With the files of `npm run manifest -- --for`, real Helm renders the objects of the manifest. It gets exactly the values that are in the files, read
// by Go's own reader.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gitOpsFiles, type GitOpsTool, gitOpsTools } from "../../commands/lib/gitOps.ts";
import { readTemplates } from "../../components/helm/chartContents.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { createPlan } from "../../components/plan.ts";
import { InputError } from "../../components/support/problems.ts";
import { run } from "../../tools/childProcess.mjs";
import { devStack } from "../fixtures/devStack.ts";
import { chart, chartArgs, readAsKubernetes, releases } from "../harness/charts.ts";

/** Makes the plan with the chart of the suite, and the files as for the chart that the inputs name. */
function filesFor(tool: GitOpsTool, args: TalosCiliumCniArgs) {
  const plan = createPlan({ ...args, chart: chartArgs(args.ciliumVersion).chart ?? {} });
  return { plan, files: gitOpsFiles(tool, { ...plan, settings: resolveSettings(args) }) };
}

const read = (stream: string) =>
  (readAsKubernetes(stream) as readonly (KubernetesObject | null)[]).filter((object) => object !== null);

interface Handed {
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
  const [repository, release] = read(main).slice(-2) as [KubernetesObject, KubernetesObject];
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
  return { values, release: spec.releaseName, version, namespace: spec.targetNamespace, besides: read(main).slice(0, -2) };
}

/** What Argo CD reads in its object. */
function argocd(main: string): Handed {
  const application = read(main).at(-1) ?? assert.fail();
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
  return { values, release, version: source.targetRevision, namespace, kubeVersion, besides: read(main).slice(0, -1) };
}

function handed(tool: GitOpsTool, args: TalosCiliumCniArgs): Handed & { readonly expected: readonly KubernetesObject[] } {
  const { plan, files } = filesFor(tool, args);
  const expected = read(plan.manifest.yaml);
  if (tool === "flux") return { ...flux(files.main), expected };
  if (tool === "argocd") return { ...argocd(files.main), expected };
  const { ciliumVersion: version, namespace } = plan.settings;
  const besides = files.namespace === undefined ? [] : read(files.namespace);
  return { values: files.main, release: "cilium", version, namespace, besides, expected };
}

function byName(objects: readonly KubernetesObject[]) {
  return Object.fromEntries(objects.map((object) => [nameOf(object), object]));
}

const awkward = {
  octal: "0400",
  number: "1e3",
  word: "on",
  variable: "${HOME}",
  lines: "a\n  b\n\n# c\n",
  empty: "",
  date: "2001-01-01",
};
const inputs: Readonly<Record<string, TalosCiliumCniArgs>> = {
  "the dev stack": devStack,
  "Hubble in a namespace of its own": { ...devStack, namespace: "cilium", hubble: { enabled: true, relay: true, ui: true } },
  "awkward values": { values: { extraConfig: awkward, l2announcements: { leaseDuration: "15s" } } },
  "no Gateway API": { gatewayApi: { enabled: false }, l2: { enabled: false } },
};

for (const { ciliumVersion, kubernetesVersions } of releases) {
  for (const [title, args] of Object.entries(inputs)) {
    test(`Cilium ${ciliumVersion}, ${title}: each tool renders the objects of the manifest, in every cluster`, () => {
      for (const tool of gitOpsTools) {
        const { values, release, version, namespace, kubeVersion, besides, expected } = handed(tool, { ...args, ciliumVersion });
        assert.equal(version, ciliumVersion);
        assert.equal(kubeVersion, tool === "argocd" ? `${kubernetesVersions[1]}.0` : undefined);
        assert.deepEqual(
          besides.map((object) => nameOf(object)),
          args.namespace === undefined ? [] : [`Namespace ${args.namespace}`],
        );
        // What a chart asks of the cluster: its version, and whether it has certain kinds.
        const kinds = [...readTemplates(chart(ciliumVersion)).matchAll(/APIVersions\.Has "([^"]+)"/g)].map(
          ([, kind = ""]) => kind,
        );
        assert(kinds.length > 0);
        const withKinds = kinds.flatMap((kind) => ["--api-versions", kind]);
        const clusters = tool === "helm" ? kubernetesVersions : [kubeVersion ?? kubernetesVersions[1]];
        const withoutKinds = tool === "helm" ? clusters.map((cluster) => ["--kube-version", cluster]) : [];
        for (const options of [...withoutKinds, ...clusters.map((cluster) => ["--kube-version", cluster, ...withKinds])]) {
          const output = run(
            "helm",
            [
              "template",
              release,
              chart(ciliumVersion).path,
              "--namespace",
              namespace,
              "--skip-tests",
              "--values",
              "-",
              ...options,
            ],
            { input: values },
          );
          assert.deepEqual(byName([...besides, ...read(output)]), byName(expected), `${tool} ${options.join(" ")}`);
        }
      }
    });
  }
}

test("an OCI registry is named as each tool wants it", () => {
  const args = { ciliumVersion: "1.19.6", chart: { repository: "oci://quay.io/cilium/charts/cilium" } };
  const [repository, release] = read(filesFor("flux", args).files.main);
  assert.equal(repository?.kind, "OCIRepository");
  assert.deepEqual(repository["spec"], {
    interval: "24h",
    url: "oci://quay.io/cilium/charts/cilium",
    ref: { tag: "1.19.6" },
    layerSelector: { mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", operation: "copy" },
  });
  assert.deepEqual((release?.["spec"] as { chartRef: object }).chartRef, { kind: "OCIRepository", name: "cilium" });
  const [application] = read(filesFor("argocd", args).files.main);
  const { source } = application?.["spec"] as { source: { repoURL: string; chart: string; targetRevision: string } };
  assert.deepEqual([source.repoURL, source.chart, source.targetRevision], ["quay.io/cilium/charts", "cilium", "1.19.6"]);
});

const spire = { authentication: { enabled: true, mutual: { spire: { enabled: true, install: { enabled: true } } } } };

test("what a tool could not render the same, or what would be readable, is refused", () => {
  const secret = "not-for-the-eyes-of-others";
  const cases: readonly (readonly [args: TalosCiliumCniArgs, message: RegExp, tools: readonly GitOpsTool[]])[] = [
    [
      { secretValues: { extraConfig: { token: secret } } },
      /^secretValues: would be readable in the files, because they put secrets into the manifest; put the secrets into Kubernetes Secrets /,
      gitOpsTools,
    ],
    [
      { chart: { path: "charts/cilium.tgz" } },
      /^chart\.path: charts\/cilium\.tgz is a file of this machine, which (?:Flux|Argo CD) cannot read; leave chart\.path out, /,
      ["flux", "argocd"],
    ],
    [
      { values: { envoy: { priorityClassName: null } } },
      /^values\.envoy\.priorityClassName: is null, which can get lost in a HelmRelease; /,
      ["flux"],
    ],
    [
      { values: spire },
      /^values: make the chart render Namespace cilium-spire, whose pods Talos refuses without labels /,
      gitOpsTools,
    ],
  ];
  for (const [args, message, refusing] of cases) {
    for (const tool of gitOpsTools) {
      const make = () => filesFor(tool, args);
      if (!refusing.includes(tool)) make();
      else {
        assert.throws(make, (error: unknown) => {
          assert(error instanceof InputError);
          assert.match(error.message, message, tool);
          assert(!error.message.includes(secret));
          return true;
        });
      }
    }
  }
  // The advice for SPIRE.
  const { install } = spire.authentication.mutual.spire;
  const existing = {
    authentication: { enabled: true, mutual: { spire: { enabled: true, install: { ...install, existingNamespace: true } } } },
  };
  for (const tool of gitOpsTools) filesFor(tool, { values: existing });
});

test("the references of both tools are complete", () => {
  const { files } = filesFor("flux", { ...devStack, namespace: "cilium" });
  assert.deepEqual(
    read(files.main).map((object) => nameOf(object)),
    ["Namespace cilium", "HelmRepository flux-system/cilium", "HelmRelease flux-system/cilium"],
  );
});

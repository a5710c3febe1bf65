// The files of `npm run manifest -- --for`. The suite `thorough` renders the chart with all of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gitOpsFiles, type GitOpsTool, gitOpsTools } from "../../commands/lib/gitOps.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import { InputError } from "../../components/support/problems.ts";
import { devStack } from "../fixtures/devStack.ts";
import { releases } from "../harness/charts.ts";
import { assertRendersManifest, planFor, readObjects } from "../harness/handOff.ts";

test("with the HelmRelease, Helm renders the objects of the manifest", () => {
  const { ciliumVersion, kubernetesVersions } = releases[0] ?? assert.fail("there is no release");
  assertRendersManifest("flux", { ...devStack, namespace: "cilium", ciliumVersion }, kubernetesVersions);
});

test("an OCI registry is named as each tool wants it", () => {
  const args = { ciliumVersion: "1.19.6", chart: { repository: "oci://quay.io/cilium/charts/cilium" } };
  const [repository, release] = readObjects(gitOpsFiles("flux", planFor(args)).main);
  assert.equal(repository?.kind, "OCIRepository");
  assert.deepEqual(repository["spec"], {
    interval: "24h",
    url: "oci://quay.io/cilium/charts/cilium",
    ref: { tag: "1.19.6" },
    layerSelector: { mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", operation: "copy" },
  });
  assert.deepEqual((release?.["spec"] as { chartRef: object }).chartRef, { kind: "OCIRepository", name: "cilium" });
  const [application] = readObjects(gitOpsFiles("argocd", planFor(args)).main);
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
    const plan = planFor(args);
    for (const tool of gitOpsTools) {
      const make = () => gitOpsFiles(tool, plan);
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
  const plan = planFor({ values: existing });
  for (const tool of gitOpsTools) gitOpsFiles(tool, plan);
});

test("the file for Flux has the Namespace first", () => {
  const { main } = gitOpsFiles("flux", planFor({ ...devStack, namespace: "cilium" }));
  assert.deepEqual(
    readObjects(main).map((object) => nameOf(object)),
    ["Namespace cilium", "HelmRepository flux-system/cilium", "HelmRelease flux-system/cilium"],
  );
});

// The charts of the pinned releases that the other suites do not render.
import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { createPlan } from "../../components/plan.ts";
import { brokenPromises } from "../fixtures/effects.ts";
import { effectVariants, variants } from "../fixtures/variants.ts";
import { chartArgs, patchReleases, readAsKubernetes, renderWithHelm } from "../harness/charts.ts";
import { renderInputs } from "../harness/renderInputs.ts";

for (const { ciliumVersion, kubernetesVersions } of patchReleases) {
  test(`Cilium ${ciliumVersion}: the chart renders every promised effect, for the oldest and the newest Kubernetes`, () => {
    for (const kubernetesVersion of kubernetesVersions) {
      for (const [name, args] of Object.entries(effectVariants)) {
        const { objects, settings } = renderInputs({ ...args, ciliumVersion, kubernetesVersion });
        assert.deepEqual(brokenPromises(objects, settings), [], `${name}, Kubernetes ${kubernetesVersion}`);
      }
    }
  });

  test(`Cilium ${ciliumVersion}: Kubernetes reads the same objects from the manifest as from Helm's output`, () => {
    for (const [name, args] of Object.entries(variants)) {
      const complete = { ...args, ...chartArgs(ciliumVersion) };
      const read = (yaml: string) => readAsKubernetes(yaml) as readonly KubernetesObject[];
      // The component adds the Namespace of Cilium, and labels to that of SPIRE.
      const withoutNamespaces = (objects: readonly KubernetesObject[]) => objects.filter(({ kind }) => kind !== "Namespace");
      const byName = (objects: readonly KubernetesObject[]) =>
        Object.fromEntries(withoutNamespaces(objects).map((object) => [`${object.apiVersion} ${nameOf(object)}`, object]));
      assert.deepEqual(byName(read(createPlan(complete).manifest.yaml)), byName(renderWithHelm(complete)), name);
    }
  });

  test(`Cilium ${ciliumVersion}: the manifest has no Secret`, () => {
    for (const args of Object.values(effectVariants)) {
      assert.equal(createPlan({ ...args, ...chartArgs(ciliumVersion) }).isSecret, false);
    }
  });
}

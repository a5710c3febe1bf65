import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathsWithoutEffect, tryToRender } from "../../../components/helm/trialRendering.ts";
import type { HelmValues, ValuePath } from "../../../components/helm/values.ts";
import { scriptOfVersion, withFakeHelm } from "../../harness/fakeHelm.ts";
import { writeTinyChart } from "../../harness/tinyChart.ts";

const folder = mkdtempSync(join(tmpdir(), "trial-rendering-"));
after(() => {
  rmSync(folder, { recursive: true });
});

const target = { namespace: "kube-system", kubernetesVersion: "1.33", ciliumVersion: "1.18.4", secretValues: {} };

/** Writes a chart whose ConfigMap has this content. */
function chartWith(name: string, content: string): { readonly path: string } {
  return { path: writeTinyChart(join(folder, name), content) };
}
const chart = chartWith("chart", '{{ list .Values.used (dig "inner" "used" "" .Values.map) | toJson | quote }}');
writeFileSync(join(chart.path, "values.yaml"), "used: 1\nmap: {}\n");

const withoutEffect = (values: HelmValues, ...paths: readonly ValuePath[]) => pathsWithoutEffect(chart, values, paths, target);

test("values that no template reads change nothing", () => {
  const values = { used: 2, unused: 1, map: { inner: { unused: 3 } } };
  const paths = [["unused"], ["map", "inner", "unused"]];
  assert.deepEqual(withoutEffect(values, ...paths), paths);
});

test("values that a template reads are left out of the result", () => {
  const values = { used: 2, unused: 1, map: { inner: { used: 3, unused: 4 } } };
  const paths = [["used"], ["unused"], ["map", "inner", "used"], ["map", "inner", "unused"]];
  assert.deepEqual(withoutEffect(values, ...paths), [["unused"], ["map", "inner", "unused"]]);
  assert.deepEqual(withoutEffect(values, ["used"]), []);
});

test("a value that equals the default of the chart changes nothing", () => {
  assert.deepEqual(withoutEffect({ used: 1 }, ["used"]), [["used"]]);
});

test("the result is undefined if Helm refuses the values", () => {
  const failing = chartWith("failing", '{{ required "used is missing" .Values.used }}');
  assert.equal(pathsWithoutEffect(failing, { unused: 1 }, [["unused"]], target), undefined);
});

test("a value that Helm cannot render without has an effect", () => {
  const demanding = chartWith("demanding", '{{ required "used is missing" .Values.used }}');
  assert.deepEqual(pathsWithoutEffect(demanding, { used: 1, unused: 1 }, [["used"], ["unused"]], target), [["unused"]]);
});

test("the result is undefined if the chart renders something else each time", () => {
  const random = chartWith("random", "{{ randAlphaNum 20 }}");
  assert.equal(pathsWithoutEffect(random, { unused: 1 }, [["unused"]], target), undefined);
});

test("a trial gives the objects, or undefined if Helm refuses the values", () => {
  const demanding = chartWith("trial", '{{ required "used is missing" .Values.used | quote }}');
  assert.equal(tryToRender(demanding, { used: 1 }, target)?.length, 1);
  assert.equal(tryToRender(demanding, {}, target), undefined);
});

test("two renderings are enough if no value has an effect", () => {
  withFakeHelm(scriptOfVersion("v4.3.1", 'echo "$1" >> "$PATH/log"'), (path) => {
    const paths = ["a", "b", "c"].map((key) => [key]);
    assert.deepEqual(withoutEffect({ a: 1, b: 2, c: 3 }, ...paths), paths);
    assert.equal(readFileSync(join(path, "log"), "utf8"), "template\ntemplate\n");
  });
});

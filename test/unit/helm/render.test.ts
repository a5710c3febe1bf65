import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { HelmError } from "../../../components/helm/cli.ts";
import { render, runHelmTemplate } from "../../../components/helm/render.ts";
import type { HelmValues } from "../../../components/helm/values.ts";
import { problemOf } from "../../harness/inputErrors.ts";
import { writeTinyChart } from "../../harness/tinyChart.ts";

const folder = mkdtempSync(join(tmpdir(), "render-"));
after(() => {
  rmSync(folder, { recursive: true });
});

const target = { namespace: "cilium-system", kubernetesVersion: "1.33", ciliumVersion: "1.18.4", secretValues: {} };

/** Writes a tiny chart with these files instead of its template. */
function chartOf(name: string, files: Readonly<Record<string, string>>): { readonly path: string } {
  const path = writeTinyChart(join(folder, name));
  rmSync(join(path, "templates"), { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), content);
  }
  return { path };
}

const configMap = (name: string, rest = "") => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${rest}`;
const annotated = (name: string, annotation: string) => configMap(name, `  annotations:\n    helm.sh/hook: ${annotation}\n`);

const chart = chartOf("many", {
  "values.yaml": "level: low\nremoved: default\n",
  "templates/a.yaml": configMap("a", "data:\n  value: {{ toJson .Values | quote }}\n"),
  "templates/sub/folder/b.yaml": `${configMap("b1")}---\n# a comment\n---\n${configMap("b2")}`,
  "templates/empty.yaml": "{{ if .Values.missing }}kind: Pod{{ end }}",
  "templates/hook.yaml": annotated("hook", "pre-install"),
  "templates/test.yaml": annotated("test", "test"),
  "templates/NOTES.txt": "notes",
  "templates/target.yaml": configMap(
    "target",
    "  namespace: {{ .Release.Namespace }}\ndata:\n  release: {{ .Release.Name }}\n  kubernetes: {{ .Capabilities.KubeVersion.Minor | quote }}\n",
  ),
});

test("every object comes with its template, hooks included, and the chart's tests do not", () => {
  const rendered = render(chart, {}, target).map(({ object, template }) => [object.metadata.name, template]);
  assert.deepEqual(Object.fromEntries(rendered), {
    a: "a.yaml",
    b1: "sub/folder/b.yaml",
    b2: "sub/folder/b.yaml",
    hook: "hook.yaml",
    target: "target.yaml",
  });
  assert.equal(rendered.length, 5);
});

test("the chart is rendered as the release cilium for the namespace and the Kubernetes version of the inputs", () => {
  for (const [kubernetesVersion, expected] of [
    ["1.33", "33"],
    ["v1.36.2", "36"],
  ] as const) {
    const rendered = render(chart, {}, { ...target, kubernetesVersion }).map(({ object }) => object);
    const object = rendered.find(({ metadata }) => metadata.name === "target");
    assert.equal(object?.metadata.namespace, "cilium-system");
    assert.deepEqual(object["data"], { release: "cilium", kubernetes: expected });
  }
});

/** The values as the templates of the chart see them. */
function valuesInChart(values: HelmValues): unknown {
  const object = render(chart, values, target).find(({ template }) => template === "a.yaml")?.object;
  return JSON.parse((object?.["data"] as { value: string }).value);
}

test("values reach the templates with their types, merged over those of the chart", () => {
  const values = {
    level: "high",
    texts: ["0400", "yes", "1e3", "null", "", "a\nb", "{{ x }}", "ü"],
    others: [1, 1.5, true, {}, []],
    map: { "a.b/c": { d: "e" } },
  };
  assert.deepEqual(valuesInChart(values), { removed: "default", ...values });
});

test("null removes a value of the chart", () => {
  assert.deepEqual(valuesInChart({ removed: null }), { level: "low" });
});

test("an error of a template is a problem of the values, with Helm's message and the page about them", () => {
  const failing = chartOf("failing", { "templates/a.yaml": '{{ fail "operator.replicas must be a number" }}' });
  const { input, message } = problemOf(() => render(failing, {}, target));
  assert.equal(input, "values");
  assert.match(
    message,
    /^Helm cannot render Cilium 1\.18\.4 with these inputs: .*operator\.replicas must be a number.*; what each value may be: https:/s,
  );
});

test("a Kubernetes version that the chart excludes is a problem of kubernetesVersion", () => {
  const metadata = 'apiVersion: v2\nname: cilium\nversion: 1.18.4\nkubeVersion: ">= 1.21.0-0"\n';
  const demanding = chartOf("demanding", { "Chart.yaml": metadata, "templates/a.yaml": configMap("a") });
  assert.equal(problemOf(() => render(demanding, {}, { ...target, kubernetesVersion: "1.20.9" })).input, "kubernetesVersion");
  assert.equal(render(demanding, {}, target).length, 1);
});

test("runHelmTemplate returns what Helm prints, and throws Helm's own error", () => {
  assert.match(runHelmTemplate(chart, {}, target), /^# Source: cilium\/templates\/sub\/folder\/b\.yaml$/m);
  assert.throws(() => runHelmTemplate({ path: join(folder, "missing") }, {}, target), HelmError);
});

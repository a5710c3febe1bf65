import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readChart, readSchema, readTemplates } from "../../../components/helm/chartContents.ts";
import { InputError } from "../../../components/support/problems.ts";
import { problemOf } from "../../harness/inputErrors.ts";
import { runHelm, writeTinyChart } from "../../harness/tinyChart.ts";

const folder = mkdtempSync(join(tmpdir(), "chart-contents-"));
after(() => {
  rmSync(folder, { recursive: true });
});

const schema = { type: "object", properties: { größe: { type: "string" } } };

/** Writes a chart with a schema and a template in a subfolder. Returns the paths of its folder and of its archive. */
function writeChart(): readonly string[] {
  const source = writeTinyChart(join(folder, "source"));
  writeFileSync(join(source, "values.schema.json"), JSON.stringify(schema));
  mkdirSync(join(source, "templates", "operator", "deep"), { recursive: true });
  writeFileSync(join(source, "templates", "operator", "deep", "_helpers.tpl"), '{{ define "ü" }}{{ end }}');
  writeFileSync(join(source, "NOTES.md"), "not a template");
  runHelm("package", source, "--destination", folder);
  return [source, join(folder, "cilium-1.18.4.tgz")];
}
const charts = writeChart();
const withoutSchema = writeTinyChart(join(folder, "without-schema"));
runHelm("package", withoutSchema, "--destination", join(folder, "packaged"));

test("the schema is the same from a folder and from an archive", () => {
  for (const path of charts) assert.deepEqual(readSchema({ path }), schema);
});

test("the templates are those of all subfolders, and nothing else of the chart", () => {
  for (const path of charts) {
    const templates = readTemplates({ path });
    assert.match(templates, /^kind: ConfigMap$/m);
    assert.match(templates, /define "ü"/);
    assert.doesNotMatch(templates, /not a template|größe|name: cilium/);
  }
});

test("a chart without a readable schema is a problem of chart.path that says what to do", () => {
  const malformed = writeTinyChart(join(folder, "malformed"));
  writeFileSync(join(malformed, "values.schema.json"), "{");
  for (const path of [withoutSchema, join(folder, "packaged", "cilium-1.18.4.tgz"), malformed, join(folder, "missing")]) {
    const { input, message } = problemOf(() => readSchema({ path }));
    assert.equal(input, "chart.path");
    assert(message.startsWith(`the schema of the values in ${path} cannot be read: `), message);
    assert(message.endsWith("; use the whole chart of a release"), message);
  }
});

test("a chart without readable templates is a problem of chart.path", () => {
  const noArchive = join(folder, "text.tgz");
  writeFileSync(noArchive, "not an archive");
  const noTemplates = join(folder, "no-templates");
  mkdirSync(noTemplates);
  for (const path of [noArchive, noTemplates, join(folder, "missing.tgz")]) {
    const { input, message } = problemOf(() => readTemplates({ path }));
    assert.equal(input, "chart.path");
    assert(message.startsWith(`the templates in ${path} cannot be read: `), message);
  }
});

test("readChart returns the result of its work, and names the problem after its description", () => {
  assert.equal(
    readChart("the icon", () => 1),
    1,
  );
  assert.throws(
    () =>
      readChart("the icon", () => {
        throw new Error("EACCES");
      }),
    (error) => error instanceof InputError && error.message.startsWith("chart.path: the icon cannot be read: EACCES; "),
  );
});

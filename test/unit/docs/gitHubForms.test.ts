// The issue forms, by https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { root } from "../../../commands/lib/root.ts";

const text = { type: "string", minLength: 1 };
const object = (required: readonly string[], properties: object) => ({
  type: "object",
  required,
  properties,
  additionalProperties: false,
});
const id = { type: "string", pattern: "^[\\w-]+$" };
const validations = object([], { required: { type: "boolean" } });
const field = (type: string, required: readonly string[], attributes: object) =>
  object(["type", "attributes"], { type: { const: type }, id, attributes: object(required, attributes), validations });
const labels = { label: text, description: text };

const form = object(["name", "description", "body"], {
  name: text,
  description: text,
  title: text,
  labels: { type: "array", items: text },
  assignees: { type: "array", items: text },
  body: {
    type: "array",
    minItems: 1,
    items: {
      oneOf: [
        object(["type", "attributes"], { type: { const: "markdown" }, attributes: object(["value"], { value: text }) }),
        field("textarea", ["label"], { ...labels, placeholder: text, value: text, render: text }),
        field("input", ["label"], { ...labels, placeholder: text, value: text }),
        field("dropdown", ["label", "options"], {
          ...labels,
          multiple: { type: "boolean" },
          options: { type: "array", minItems: 1, uniqueItems: true, items: text },
        }),
      ],
    },
    // A form needs a field that the user fills in.
    contains: { properties: { type: { not: { const: "markdown" } } } },
  },
});
const config = object(["blank_issues_enabled"], {
  blank_issues_enabled: { type: "boolean" },
  contact_links: { type: "array", items: object(["name", "url", "about"], { name: text, url: text, about: text }) },
});

interface Form {
  readonly body: readonly { readonly id?: string; readonly attributes: { readonly label?: string } }[];
}

const ajv = new Ajv({ strict: false, allErrors: true });
const isForm = ajv.compile(form);
const isConfig = ajv.compile(config);
const files = globSync(".github/ISSUE_TEMPLATE/*.yml", { cwd: root });
const read = (file: string): unknown => parse(readFileSync(join(root, file), "utf8"));

test("the issue forms have the form that GitHub documents", () => {
  assert.deepEqual(files.map((file) => basename(file)).toSorted(), ["bug.yml", "config.yml", "feature.yml", "question.yml"]);
  for (const file of files) {
    const isValid = basename(file) === "config.yml" ? isConfig : isForm;
    assert(isValid(read(file)), `${file}: ${ajv.errorsText(isValid.errors)}`);
  }
});

test("no two fields of a form have one id or one label", () => {
  for (const file of files.filter((each) => basename(each) !== "config.yml")) {
    const { body } = read(file) as Form;
    for (const names of [body.flatMap((field) => field.id ?? []), body.flatMap(({ attributes }) => attributes.label ?? [])])
      assert.equal(new Set(names).size, names.length, file);
  }
});

test("a form without a label, with an unknown type or without a field is refused", () => {
  const base = { name: "a", description: "b" };
  assert(isForm({ ...base, body: [{ type: "input", attributes: { label: "c" } }] }));
  for (const body of [
    [],
    [{ type: "input", attributes: {} }],
    [{ type: "text", attributes: { label: "c" } }],
    [{ type: "dropdown", attributes: { label: "c", options: [] } }],
    [{ type: "markdown", attributes: { value: "c" } }],
  ])
    assert.equal(isForm({ ...base, body }), false, JSON.stringify(body));
});

test("every example has a README with its commands", () => {
  const folders = globSync("examples/*/", { cwd: root });
  assert(folders.length >= 10);
  for (const folder of folders) {
    assert(existsSync(join(root, folder, "README.md")), folder);
    assert.match(readFileSync(join(root, folder, "README.md"), "utf8"), /```bash/, folder);
  }
});

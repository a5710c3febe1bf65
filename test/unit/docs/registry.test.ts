// What Pulumi's registry wants: https://www.pulumi.com/docs/iac/guides/building-extending/packages/publishing-packages/
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { registryMetadata } from "../../../commands/lib/registryMetadata.ts";
import { root } from "../../../commands/lib/root.ts";
import { codeBlocks } from "../../harness/codeBlocks.ts";

const read = (file: string) => readFileSync(join(root, file), "utf8");
const schema = JSON.parse(read("components/plugin/pulumi.schema.json")) as Readonly<
  Record<"displayName" | "description" | "license", string>
> & {
  readonly keywords: readonly string[];
};

const frontMatter = (page: string) => {
  const [, text = ""] = /^---\n([^]*?)\n---\n/.exec(read(page)) ?? assert.fail(`${page} has no front matter`);
  return parse(text) as Readonly<Record<string, unknown>>;
};

test("the titles of the registry's pages are made of the display name", () => {
  for (const [page, title] of [
    ["docs/_index.md", schema.displayName],
    ["docs/installation-configuration.md", `${schema.displayName} Installation & Configuration`],
  ] as const) {
    const { title: actual, meta_desc: description, layout } = frontMatter(page);
    assert.equal(actual, title);
    assert.equal(layout, "package");
    assert.equal(typeof description, "string");
  }
});

test("the schema has one category and one kind that the registry knows", () => {
  const categories = ["cloud", "database", "infrastructure", "monitoring", "network", "utility", "vcs"];
  const reserved = schema.keywords.filter((keyword) => keyword.includes("/"));
  assert.equal(reserved.length, 2);
  assert(categories.some((category) => reserved.includes(`category/${category}`)));
  assert(reserved.includes("kind/component"));
  assert.match(schema.description, /Cilium/);
  assert.equal(schema.license, (JSON.parse(read("package.json")) as { readonly license: string }).license);
});

// The suites cluster and plugins run these examples.
test("the programs on the registry's page are those of the examples", () => {
  const [typescript, ...more] = codeBlocks("docs/_index.md", "typescript");
  assert.deepEqual(more, []);
  assert.equal(typescript, read("examples/manifest/index.ts").replace("../../components/index.ts", "talos-cilium-cni"));
  assert.deepEqual(codeBlocks("docs/_index.md", "python"), [read("examples/manifest-python/__main__.py")]);
  const [yaml = ""] = codeBlocks("docs/_index.md", "yaml");
  const { resources, outputs } = parse(read("examples/manifest-yaml/Pulumi.yaml")) as Readonly<Record<string, unknown>>;
  assert.deepEqual(parse(yaml), { resources, outputs });
});

// test/thorough/pagePrograms.test.ts compiles the programs in TypeScript, and test/package/readme.test.ts runs those of the README.
test("no other page than the README has a program in Python, which nothing would run", () => {
  const pages = globSync(["*.md", "docs/**/*.md", "examples/*/*.md"], { cwd: root });
  const withPython = pages.filter((page) => /^ *```(?:py|python)\b/m.test(read(page)));
  assert.deepEqual(withPython, ["README.md", "docs/_index.md"]);
});

test("each language of the page has a program", () => {
  const page = read("docs/_index.md");
  const [, languages = ""] = /chooser language "([\w,]+)"/.exec(page) ?? [];
  const choices = Array.from(page.matchAll(/choosable language (\w+)/g), ([, language]) => language);
  assert.deepEqual(languages.split(","), choices);
  for (const language of choices) assert.equal(codeBlocks("docs/_index.md", language ?? "").length, 1, language);
});

test("publisher, homepage and repository follow package.json, in each form that npm takes", () => {
  const manifest = { keywords: ["cilium"], license: "Apache-2.0" };
  const address = "https://git.example/you/project";
  const expected = { ...registryMetadata(manifest), publisher: "You", homepage: "https://you.example", repository: address };
  for (const [author, repository] of [
    ["You", address],
    ["You <you@you.example> (https://you.example)", `git+${address}.git`],
    [{ name: "You" }, { type: "git", url: `git+${address}.git` }],
  ] as const) {
    assert.deepEqual(registryMetadata({ ...manifest, author, repository, homepage: "https://you.example" }), expected);
  }
  for (const member of ["publisher", "homepage", "repository"]) assert(!(member in registryMetadata(manifest)), member);
});

test("the pages have no link that the registry cannot follow", () => {
  for (const page of ["docs/_index.md", "docs/installation-configuration.md"])
    assert.doesNotMatch(read(page), /\]\((?!https:\/\/)/, page);
});

test("docs/releasing.md names the schema where it is", () => {
  const [entry = ""] = codeBlocks("docs/releasing.md", "json");
  assert.deepEqual(JSON.parse(entry), { repoSlug: "<owner>/<repository>", schemaFile: "components/plugin/pulumi.schema.json" });
});

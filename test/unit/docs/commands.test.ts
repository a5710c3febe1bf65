import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { root } from "../../../commands/lib/root.ts";

const read = (file: string) => readFileSync(join(root, file), "utf8");

test("every npm script that a page names exists, and so does the one that Renovate's pull requests name", () => {
  const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
  const pages = globSync(["*.md", "renovate.json", "{docs,examples,bench}/**/*.md"], { cwd: root });
  const names = pages.flatMap((page) =>
    Array.from(read(page).matchAll(/npm run ([\w:]+)/g), ([, name = ""]) => ({ page, name })),
  );
  assert(names.length > 20);
  for (const { page, name } of names) assert(Object.hasOwn(scripts, name), `${page}: npm run ${name}`);
  for (const page of ["CONTRIBUTING.md", "renovate.json"]) {
    assert(
      names.some((each) => each.page === page && each.name === "pin"),
      page,
    );
  }
});

test("every config key that the commands of a page set is one of the program or of the Kubernetes provider", () => {
  const { config } = parse(read("Pulumi.yaml")) as { readonly config: Readonly<Record<string, unknown>> };
  const keys = globSync(["*.md", "docs/**/*.md"], { cwd: root }).flatMap((page) =>
    Array.from(read(page).matchAll(/pulumi config (?:set|rm) (?:--\w+ )*'?([\w:]+)/g), ([, key = ""]) => ({ page, key })),
  );
  assert(keys.length > 20);
  for (const { page, key } of keys) assert(Object.hasOwn(config, key) || key.startsWith("kubernetes:"), `${page}: ${key}`);
});

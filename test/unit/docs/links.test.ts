import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import GithubSlugger from "github-slugger";
import { root } from "../../../commands/lib/root.ts";

const pages = globSync(["*.md", "{docs,bench,plugin,sdks}/**/*.md", "examples/*/*.md"], {
  cwd: root,
  exclude: (name) => name === "node_modules",
});

/** The text of a page without its code, which has no links. */
const proseOf = (file: string) => readFileSync(file, "utf8").replaceAll(/^ *```[^]*?^ *```$/gm, "");

/** The addresses of the sections of a page, as GitHub makes them. */
function anchorsOf(file: string): readonly string[] {
  const slugger = new GithubSlugger();
  const headings = proseOf(file).matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading = ""]) => slugger.slug(heading.replaceAll(/[`*]|\]\([^)]*\)|\[/g, "")));
}

/**
 * The file of the workflow that a link such as `../../actions/workflows/check.yml/badge.svg` is about. On GitHub, the README is two folders below
 * the address of the repository, so the link works in every fork.
 */
function workflowOf(link: string): string {
  return link.replace(/^.*\/actions\/workflows\/([^/]+)(?:\/badge\.svg)?$/, join(root, ".github", "workflows", "$1"));
}

test("every link of a page to a file leads to a file and to one of its sections, as on GitHub", () => {
  const links = pages.flatMap((page) =>
    Array.from(proseOf(join(root, page)).matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)/g), ([, path = "", anchor]) => ({
      page,
      anchor,
      file: path === "" ? join(root, page) : join(root, dirname(page), path),
    })),
  );
  assert(links.length > 150, `only ${links.length} links were read`);
  assert(links.filter(({ anchor }) => anchor !== undefined).length > 15);
  for (const { page, file, anchor } of links) {
    assert(existsSync(file) || existsSync(workflowOf(file)), `${page} links to ${file}`);
    if (anchor !== undefined && file.endsWith(".md"))
      assert(anchorsOf(file).includes(anchor), `${page} links to ${file}#${anchor}`);
  }
});

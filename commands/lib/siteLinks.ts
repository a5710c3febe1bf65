// The links of the documentation site. The pages in docs/ are written for GitHub, where a relative link may lead to any file of the repository.
import { existsSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import type { MarkdownRenderer } from "vitepress";
import { root } from "./root.ts";

/** The folder of the pages. */
export const docsFolder = join(root, "docs");

type Token = ReturnType<MarkdownRenderer["parse"]>[number];

/** Where a link leads: to a page or a section of the site, or to another file of the repository (a path relative to its root). */
export type Target = { readonly href: string } | { readonly file: string; readonly hash: string };

/** The https address of the repository in a package.json. Undefined if there is none. */
export function repositoryAddress(manifest: { readonly repository?: string | { readonly url: string } }): string | undefined {
  const { repository } = manifest;
  const address = typeof repository === "object" ? repository.url : repository;
  return address?.replace(/^git\+/, "").replace(/\.git$/, "");
}

/** Finds out where a link of a page leads. Throws if there is no such file. */
export function findTarget(page: string, href: string): Target {
  if (/^(?:[a-z]+:|#|\/)/i.test(href)) return { href };
  const [, path = "", hash = ""] = /^([^#]*)(#.*)?$/.exec(href) ?? [];
  const file = join(dirname(page), decodeURI(path));
  if (!existsSync(file)) throw new Error(`${relative(root, page)}: the link ${href} leads to no file`);
  if (relative(docsFolder, file).startsWith("..")) return { file: slashes(relative(root, file)), hash };
  // GitHub shows README.md for a folder, and a web server shows index.html.
  const target = slashes(relative(dirname(page), file));
  return { href: `${target.replace(/(^|\/)README\.md$/, "$1index.md")}${hash}` };
}

function slashes(path: string): string {
  return path.split(sep).join(posix.sep);
}

/**
 * Makes a markdown-it plugin for the links to files outside of docs/. They lead to the repository. Without its address they are text that names
 * the file, because a link to nowhere is worse.
 */
export function repositoryLinks(repository: string | undefined): (md: MarkdownRenderer) => void {
  return (md) => {
    md.core.ruler.push("repository-links", ({ tokens, env }) => {
      const { path } = env as { readonly path: string };
      for (const { children } of tokens) if (children !== null) rewriteLinks(children, path, repository);
    });
  };
}

function rewriteLinks(tokens: readonly Token[], page: string, repository: string | undefined): void {
  for (const [index, token] of tokens.entries()) {
    if (token.type !== "link_open") continue;
    const target = findTarget(page, token.attrGet("href") ?? "");
    if ("href" in target) token.attrSet("href", target.href);
    else if (repository !== undefined) token.attrSet("href", `${repository}/blob/HEAD/${target.file}${target.hash}`);
    else makeText(tokens.slice(index), target.file);
  }
}

/** Makes text of the link that begins with the first token. Links contain no links. */
function makeText(tokens: readonly Token[], file: string): void {
  const end = tokens.findIndex(({ type }) => type === "link_close");
  const text = tokens.slice(0, end).map(({ content }) => content);
  // The text may be the name of a function, so name the file too.
  const addition = text.join("").includes(posix.basename(file)) ? "" : ` (<code>${file}</code>)`;
  Object.assign(tokens[0] ?? {}, { type: "html_inline", content: `<span title="${file} in the repository">` });
  Object.assign(tokens[end] ?? {}, { type: "html_inline", content: `</span>${addition}` });
}

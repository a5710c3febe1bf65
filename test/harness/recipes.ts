import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "../../commands/lib/root.ts";
import { devConfig } from "../../commands/lib/stack.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { codeBlocksIn } from "./codeBlocks.ts";

/** An object that the reader of a recipe applies. */
export interface AppliedObject {
  /** As it is on the page. */
  readonly text: string;
  readonly object: KubernetesObject;
}

/** A section of docs/recipes.md: its blocks, and what its text promises. */
export interface Recipe {
  readonly title: string;
  /** The config of the stack, as the program reads it. */
  readonly args: TalosCiliumCniArgs;
  readonly objects: readonly AppliedObject[];
  /** Patches for the machine configs. Those of Talos 1.14 have a kind. */
  readonly patches: readonly { readonly text: string; readonly kind: string | undefined }[];
  /** "In the manifest": keys of `cilium-config` with their values, and objects as `Kind/name`. */
  readonly configEntries: Readonly<Record<string, string>>;
  readonly renderedObjects: readonly string[];
  /** "Not together with": titles of recipes. */
  readonly conflicts: readonly string[];
  /** "The warnings at": the inputs. */
  readonly warnings: readonly string[];
  /** "Not with delivery `chart` and Cilium 1.18". */
  readonly needsHooks: boolean;
}

/** The page with the recipes. */
export const recipesPage = "docs/recipes.md";

/** Reads the recipes of the page. Throws if it has a YAML block that no test knows what to do with. */
export function readRecipes(page = readFileSync(join(root, recipesPage), "utf8")): readonly Recipe[] {
  const [introduction = "", ...sections] = page.split(/^## /m);
  assert.deepEqual(codeBlocksIn(introduction, "yaml"), [], "a YAML block before the first recipe");
  return sections.map(readRecipe);
}

function readRecipe(section: string): Recipe {
  const [title = ""] = section.split("\n", 1);
  const args: TalosCiliumCniArgs[] = [];
  const objects: AppliedObject[] = [];
  const patches: { text: string; kind: string | undefined }[] = [];
  for (const text of codeBlocksIn(section, "yaml")) {
    const block = parse(text) as Readonly<Record<string, unknown>>;
    if ("config" in block) args.push(readStackConfig(text));
    else if (block["apiVersion"] === "v1alpha1") patches.push({ text, kind: String(block["kind"]) });
    else if ("apiVersion" in block) objects.push({ text, object: block as unknown as KubernetesObject });
    else if ("machine" in block || "cluster" in block) patches.push({ text, kind: undefined });
    else assert.fail(`${title}: a YAML block that is neither a stack's config, nor an object, nor a machine config:\n${text}`);
  }
  assert(args.length === 1 && args[0] !== undefined, `${title}: it needs one block with the stack's config`);
  const effects = inParagraph(section, /^In the manifest: ([^]*?)\n\n/m, quoted);
  return {
    title,
    args: args[0],
    objects,
    patches,
    configEntries: Object.fromEntries(effects.filter((effect) => effect.includes(": ")).map(readEntry)),
    renderedObjects: effects.filter((effect) => !effect.includes(": ")),
    conflicts: inParagraph(section, /^Not together with: ([^]*?)\n\n/m, /\[([^\]]+)\]/g),
    warnings: inParagraph(section, /^The warnings at ([^]*?) are expected/m, quoted),
    needsHooks: section.includes("\nNot with delivery `chart` and Cilium 1.18"),
  };
}

/** Reads a block as the file of a stack. */
function readStackConfig(text: string): TalosCiliumCniArgs {
  const folder = mkdtempSync(join(tmpdir(), "recipe-"));
  try {
    const file = join(folder, "Pulumi.dev.yaml");
    writeFileSync(file, text);
    return devConfig(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const quoted = /`([^`]+)`/g;

/** What matches in the first paragraph of this form. */
function inParagraph(section: string, paragraph: RegExp, pattern: RegExp): readonly string[] {
  return Array.from(paragraph.exec(section)?.[1]?.matchAll(pattern) ?? [], ([, match = ""]) => match);
}

/** Reads `key: "value"`. */
function readEntry(effect: string): readonly [string, string] {
  return Object.entries(parse(effect) as Readonly<Record<string, string>>)[0] ?? ["", ""];
}

// What Pulumi's registry shows about the package, beside its resources. It reads this from the schema of the plugin.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";

/** The members of package.json that the registry needs. The last three name the owner and address of the project. */
export interface NpmManifest {
  readonly keywords: readonly string[];
  readonly license: string;
  readonly author?: string | { readonly name: string };
  readonly homepage?: string;
  readonly repository?: string | { readonly type?: string; readonly url: string };
}

/** Members of a package schema: https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/ */
export interface RegistryMetadata {
  readonly displayName: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly publisher?: string;
  readonly homepage?: string;
  readonly repository?: string;
}

/** The keywords by which the registry sorts packages. `kind/component` says that there is no provider with resources of its own. */
const registryKeywords: readonly string[] = ["category/network", "kind/component"];

/** Reads the metadata from package.json. What it does not name is absent. */
export function registryMetadata(manifest: NpmManifest = readManifest()): RegistryMetadata {
  const { author, homepage, keywords, license, repository } = manifest;
  const publisher = typeof author === "object" ? author.name : author;
  const address = typeof repository === "object" ? repository.url : repository;
  return {
    displayName: "Talos Cilium CNI",
    keywords: [...keywords, ...registryKeywords],
    license,
    // npm also takes "Name <mail> (address)".
    ...(publisher !== undefined && { publisher: publisher.replace(/ *[<(].*$/, "") }),
    ...(homepage !== undefined && { homepage }),
    ...(address !== undefined && { repository: address.replace(/^git\+/, "").replace(/\.git$/, "") }),
  };
}

function readManifest(): NpmManifest {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as NpmManifest;
}

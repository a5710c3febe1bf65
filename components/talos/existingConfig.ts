import { parseAllDocuments } from "yaml";
import { type Problem, problem } from "../support/problems.ts";
import { inlineManifestNames } from "./machineConfig.ts";

/** Finds what a user's machine config contains that this component cannot work with. `input` names the config. */
export function existingConfigProblems(config: string, input: string): readonly Problem[] {
  const documents = parseAllDocuments(config, { logLevel: "silent" });
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error !== undefined) return [problem(input, `is not valid YAML: ${error.message.split("\n")[0] ?? ""}`)];
  try {
    return documents.flatMap((document) => documentProblems(document.toJS(), input));
  } catch (error) {
    // For example an alias without an anchor.
    return [problem(input, `is not a valid machine config: ${(error as Error).message}`)];
  }
}

function documentProblems(document: unknown, input: string): readonly Problem[] {
  const names = inlineManifestsIn(document);
  const duplicates = Object.values(inlineManifestNames)
    .filter((name) => names.includes(name))
    .map((name) =>
      problem(
        input,
        `already has an inline manifest "${name}", and Talos refuses a second one of that name; remove it from cluster.inlineManifests ` +
          "and give the config as it is without Cilium: the component adds it",
      ),
    );
  const loaded = listAt(document, "cluster", "extraManifests")
    .map(String)
    .filter((url) => /cilium/i.test(url))
    .map((url) => problem(input, `also loads Cilium from ${url}; remove this line from cluster.extraManifests`));
  return [...duplicates, ...loaded];
}

/** The names of the inline manifests in a document of a machine config. */
function inlineManifestsIn(document: unknown): readonly unknown[] {
  const names = listAt(document, "cluster", "inlineManifests").map((entry) => memberOf(entry, "name"));
  if (memberOf(document, "kind") === "KubeInlineManifestConfig") names.push(memberOf(document, "name"));
  return names;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** The list at a path. Empty if there is none. */
function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  let member = value;
  for (const key of path) member = memberOf(member, key);
  return Array.isArray(member) ? member : [];
}

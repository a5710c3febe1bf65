import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config.js";
import { closest, distance } from "fastest-levenshtein";
import type { TalosCiliumCniArgs } from "./inputs/args.ts";
import { RefusedInput } from "./inputs/plainData.ts";

const textKeys = ["delivery", "ciliumVersion", "kubernetesVersion", "namespace", "podCidr", "serviceCidr"] as const;
const objectKeys = [
  "routing",
  "kubePrism",
  "gatewayApi",
  "hubble",
  "l2",
  "loadBalancer",
  "bgp",
  "lan",
  "chart",
  "values",
  "secretValues",
  "allowUnknownValues",
  "allowUnsafeChanges",
  "talos",
] as const;

/** The config keys. Each is the input of the component with the same name. */
export const configKeys: readonly (keyof TalosCiliumCniArgs)[] = [...textKeys, ...objectKeys];

/**
 * Reads the inputs from the stack's config. An empty text counts as not set.
 *
 * A key that is neither an input nor one of the program's `ownKeys`, or that is under another name than the project's, is refused together
 * with all other problems. Its value is not read, because it may be a secret that belongs to something else. A program that reads such a key
 * under another name, with a `pulumi.Config` of its own, lists it in full in `ownKeys`: `homelab-2:podCidr`.
 */
export function configuredArgs(config: pulumi.Config, ownKeys: readonly string[] = []): TalosCiliumCniArgs {
  const knownKeys: readonly string[] = [...configKeys, ...ownKeys];
  const fullKeys = Object.keys(pulumi.runtime.allConfig());
  const keys = fullKeys.filter((key) => key.startsWith(`${config.name}:`)).map((key) => key.slice(config.name.length + 1));
  const args: Record<string, unknown> = { ...misplacedKeys(config.name, fullKeys, knownKeys) };
  for (const key of keys) if (!knownKeys.includes(key)) args[key] = true;
  for (const key of configKeys) {
    const value = configuredInput(config, key);
    if (value !== undefined) args[key] = value;
  }
  return args;
}

/** The package and the project of this repository. People copy keys that begin with these names into projects of another name. */
const namesOfOurs = ["talos-cilium-cni", "homelab-talos-cni"];
const wordsOfOurs = [...new Set(namesOfOurs.flatMap((name) => name.split("-")))];

/**
 * Finds our keys under a name that nothing reads: that of the package, of this repository's project, or a misspelled one. Returns each with
 * the reason why it is refused.
 */
export function misplacedKeys(
  project: string,
  fullKeys: readonly string[],
  knownKeys: readonly string[] = configKeys,
): Readonly<Record<string, RefusedInput>> {
  const misplaced = fullKeys.flatMap((fullKey) => {
    const [name = "", key = ""] = fullKey.split(":", 2);
    if (name === project || knownKeys.includes(fullKey)) return [];
    if (!resemblesOurs(name) && !isMisspelled(name, project)) return [];
    const intendedKey = namesOfOurs.includes(name) ? similarKey(key, knownKeys) : knownKeys.find((known) => known === key);
    if (intendedKey === undefined) return [];
    const intended = `${project}:${intendedKey}`;
    const remedy = `rename it to ${intended} where it is set, in the file of the stack or of the project, or remove it if ${intended} is set there too`;
    const reason = `is not read, because the config keys of the inputs begin with ${project}:; ${remedy}`;
    return [[fullKey, new RefusedInput(reason)] as const];
  });
  return Object.fromEntries(misplaced);
}

/** The known key that differs from this one in at most two characters. Short keys must be the same. */
function similarKey(key: string, knownKeys: readonly string[]): string | undefined {
  const nearest = closest(key, knownKeys);
  const isSame = key === nearest || (key.length > 4 && distance(key, nearest) <= 2);
  return isSame ? nearest : undefined;
}

/** Whether a name is one of ours, or has two words of them, such as `talos-cilium`. `talos` and `cilium` alone are providers. */
function resemblesOurs(name: string): boolean {
  const words = new Set(name.toLowerCase().split(/[-_.]/));
  return wordsOfOurs.filter((word) => words.has(word)).length > 1;
}

/** Packages whose providers have config of their own. Some of their keys are called like ours, such as `kubernetes:namespace`. */
const providers = ["kubernetes", "talos", "cilium", "helm", "pulumi"];

/** Whether a name differs from that of the project in at most two characters. */
function isMisspelled(name: string, project: string): boolean {
  return !providers.includes(name) && project.length > 4 && distance(name, project) <= 2;
}

function configuredInput(config: pulumi.Config, key: (typeof configKeys)[number]): unknown {
  const fullKey = `${config.name}:${key}`;
  // A decrypted value would be in plain text in the manifest and in the state.
  if (key !== "secretValues" && isConfigSecret(fullKey)) return new RefusedInput(encryptedMessage(fullKey));
  const text = config.get(key) || undefined;
  if (text === undefined || !isObjectKey(key)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The check of types reports text in place of an object or a list.
    return text;
  }
}

function isObjectKey(key: string): boolean {
  return (objectKeys as readonly string[]).includes(key);
}

// The SDK has no public function for this.
const { isConfigSecret } = runtimeConfig as unknown as { isConfigSecret: (key: string) => boolean };

/** The message for a config key that must not be encrypted. */
export function encryptedMessage(key: string): string {
  return (
    `${key} is encrypted in the config, but what is rendered from it is not; put secret Helm values into secretValues, or into a ` +
    "Kubernetes Secret of your own that the values name"
  );
}

import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config.js";
import type { TalosCiliumCniArgs } from "./inputs/args.ts";
import { RefusedInput } from "./inputs/plainData.ts";

const texts = ["delivery", "ciliumVersion", "kubernetesVersion", "namespace", "podCidr", "serviceCidr"] as const;
const objects = [
  "routing",
  "kubePrism",
  "gatewayApi",
  "hubble",
  "l2",
  "loadBalancer",
  "lan",
  "chart",
  "values",
  "secretValues",
  "allowUnknownValues",
  "talos",
] as const;

/** The config keys: the inputs of the component, by the same names. */
export const configKeys: readonly (keyof TalosCiliumCniArgs)[] = [...texts, ...objects];

/**
 * The inputs as the stack's config has them; an empty text counts as not set. A key that is neither an input nor one of the program's `own`
 * is refused together with every other problem. Its value is not read, since it may be a secret of something else.
 */
export function configuredArgs(config: pulumi.Config, own: readonly string[] = []): TalosCiliumCniArgs {
  const known: readonly string[] = [...configKeys, ...own];
  const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(`${config.name}:`));
  const unknown = keys.map((key) => key.slice(config.name.length + 1)).filter((key) => !known.includes(key));
  const entries = [
    ...unknown.map((key) => [key, true] as const),
    ...configKeys.map((key) => [key, configuredInput(config, key)] as const),
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function configuredInput(config: pulumi.Config, key: (typeof configKeys)[number]): unknown {
  const fullKey = `${config.name}:${key}`;
  // Decrypted, it would be in plain text in the manifest and in the state.
  if (key !== "secretValues" && isConfigSecret(fullKey)) return new RefusedInput(encrypted(fullKey));
  const text = config.get(key) || undefined;
  if (text === undefined || !isObject(key)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Text where the input is an object or a list: the check of types says so.
    return text;
  }
}

function isObject(key: string): boolean {
  return (objects as readonly string[]).includes(key);
}

// The SDK has no public way to ask.
const { isConfigSecret } = runtimeConfig as unknown as { isConfigSecret: (key: string) => boolean };

/** The message for a config key that is encrypted and must not be. */
export function encrypted(key: string): string {
  return (
    `${key} is encrypted in the config, but what is rendered from it is not; put Helm values that are secret into secretValues, or into ` +
    "a Kubernetes Secret of your own that the values name"
  );
}

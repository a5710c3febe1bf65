import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config.js";
import type { TalosCiliumCniArgs } from "./args.ts";

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
  "allowUnknownValues",
  "talos",
] as const;

/** The config keys: the inputs of the component, by the same names. */
export const configKeys: readonly (keyof TalosCiliumCniArgs)[] = [...texts, ...objects];

/**
 * The inputs as the stack's config has them; an empty text is as good as none. A key that is no input, nor one of the program's own, becomes
 * one all the same, so that it is refused with the others.
 */
export function configuredArgs(config: pulumi.Config, own: readonly string[] = []): TalosCiliumCniArgs {
  for (const key of configKeys) refuseEncrypted(config, key);
  const known: readonly string[] = [...configKeys, ...own];
  const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(`${config.name}:`));
  const unknown = keys.map((key) => key.slice(config.name.length + 1)).filter((key) => !known.includes(key));
  const entries = [
    ...[...texts, ...unknown].map((key) => [key, config.get(key) || undefined] as const),
    ...objects.map((key) => [key, config.getObject<unknown>(key)] as const),
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

// The SDK has no public way to ask.
const { isConfigSecret } = runtimeConfig as unknown as { isConfigSecret: (key: string) => boolean };

// Decrypted here, it would stand in clear in the manifest and in the state.
function refuseEncrypted(config: pulumi.Config, key: string): void {
  if (!isConfigSecret(`${config.name}:${key}`)) return;
  throw new pulumi.RunError(encrypted(`${config.name}:${key}`));
}

/** What there is to say of a config key that is encrypted. */
export function encrypted(key: string): string {
  return (
    `${key} is encrypted, but what is rendered from it is not; put what is secret into a Kubernetes Secret of your own and name that ` +
    "one in the values"
  );
}

import * as pulumi from "@pulumi/pulumi";

const plugin = { version: "0.8.1", pluginDownloadURL: "github://api.github.com/pulumiverse" };

/** The credentials with which a client may configure a machine: two certificates and a key, each as base64 of PEM. */
export interface ClientConfiguration {
  readonly caCertificate: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

/** The properties of a resource that the plugin sets, and all its properties that are secret. */
interface Properties {
  readonly outputs: readonly string[];
  readonly secret: readonly string[];
}

/** A resource of the plugin. */
export abstract class TalosResource extends pulumi.CustomResource {
  constructor(type: string, name: string, args: pulumi.Inputs, properties: Properties, opts?: pulumi.CustomResourceOptions) {
    const { outputs, secret } = properties;
    const inputs = Object.entries(args).map(
      ([key, value]) => [key, secret.includes(key) ? pulumi.secret<unknown>(value) : (value as unknown)] as const,
    );
    const unknown = outputs.map((key) => [key, undefined] as const);
    const props = Object.fromEntries<unknown>([...unknown, ...inputs]);
    super(`talos:${type}`, name, props, pulumi.mergeOptions({ ...plugin, additionalSecretOutputs: [...secret] }, opts ?? {}));
  }
}

/** Calls a function of the plugin. */
export function invoke<T>(token: string, args: pulumi.Inputs, opts: pulumi.InvokeOutputOptions = {}): pulumi.Output<T> {
  return pulumi.runtime.invokeOutput<T>(`talos:${token}`, args, { ...plugin, ...opts });
}

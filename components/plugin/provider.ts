import * as pulumi from "@pulumi/pulumi";
import type { ConstructResult, Provider } from "@pulumi/pulumi/provider/index.js";
import { CiliumLoadBalancer } from "../ciliumLoadBalancer.ts";
import { InputError, isWithin } from "../support/problems.ts";
import { TalosCiliumCni } from "../talosCiliumCni.ts";
import { awaitInputs } from "./awaitedInputs.ts";
import schema from "./pulumi.schema.json" with { type: "json" };

const components = { TalosCiliumCni, CiliumLoadBalancer };

/**
 * Pulumi's provider of the two components, for programs in any language. The engine starts it in the folder of the program, so relative paths
 * mean there what they mean in a TypeScript program.
 */
export class CiliumProvider implements Provider {
  readonly version = schema.version;
  readonly schema = JSON.stringify(schema);

  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<ConstructResult> {
    const component = Object.entries(components).find(([className]) => type === `${schema.name}:index:${className}`)?.[1];
    if (component === undefined) throw new Error(`${schema.name} has no resource of type ${type}`);
    const awaited = await awaitInputs(inputs);
    if (awaited.unknown.length > 0) return constructUnknown(name, type, awaited.unknown, options);
    const instance = createComponent(() => new component(name, awaited.inputs, options), awaited.secret);
    const { properties } = schema.resources[type as keyof typeof schema.resources];
    const outputs = instance as unknown as pulumi.Inputs;
    return { urn: instance.urn, state: Object.fromEntries(Object.keys(properties).map((key) => [key, outputs[key] as unknown])) };
  }
}

/** Creates the component. Throws the problems of its inputs in the form that the engine shows at each input, in every language. */
function createComponent<T>(create: () => T, secretInputs: readonly string[]): T {
  try {
    return create();
  } catch (error) {
    const { cause } = error as Error;
    if (!(cause instanceof InputError)) throw error;
    const errors = cause.problems.map(({ input, message }) => ({
      propertyPath: isSecret(input, secretInputs) ? `${input} (secret)` : input,
      reason: message,
    }));
    throw new pulumi.InputPropertiesError({ message: "the inputs cannot work", errors });
  }
}

/**
 * Whether the value of an input is secret, or has a secret inside. The engine (3.259) prints the value of the property at the path of an error,
 * secrets included. If no property has that path, it prints the message alone.
 */
function isSecret(input: string, secretInputs: readonly string[]): boolean {
  return secretInputs.some((secret) => isWithin(secret, input) || isWithin(input, secret));
}

/** A component of a preview whose inputs are not known yet: it has no children, and its outputs are unknown. */
class UnknownComponent extends pulumi.ComponentResource {
  constructor(type: string, name: string, options: pulumi.ComponentResourceOptions) {
    super(type, name, {}, options);
    this.registerOutputs();
  }
}

function constructUnknown(
  name: string,
  type: string,
  unknown: readonly string[],
  options: pulumi.ComponentResourceOptions,
): ConstructResult {
  const instance = new UnknownComponent(type, name, options);
  const verb = unknown.length === 1 ? "is" : "are";
  void pulumi.log.warn(
    `${unknown.join(", ")} ${verb} known after up; until then, a preview cannot show what this component makes`,
    instance,
  );
  return { urn: instance.urn, state: {} };
}

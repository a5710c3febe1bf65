import * as pulumi from "@pulumi/pulumi";
import { comesFromResources, RefusedInput } from "../inputs/plainData.ts";
import { inputAt } from "../support/problems.ts";

/** The inputs of a component after the values that come from other resources have arrived. */
export interface AwaitedInputs {
  /** Plain data, and Outputs where the component takes them. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The inputs that are unknown until the resources that they come from exist. Only a preview has such inputs. */
  readonly unknown: readonly string[];
  /** The inputs that are secret, and those that may stay an Output: a machine config contains the keys of the cluster. */
  readonly secret: readonly string[];
}

type Path = readonly (string | number)[];

/** What is noticed on the way through the inputs. */
interface Findings {
  readonly unknown: string[];
  readonly secret: string[];
}

/** The part of Pulumi's Outputs that tells whether a value is known. Its declaration leaves that out. */
interface Resolvable {
  readonly isKnown: Promise<boolean>;
  promise(withUnknowns: true): Promise<unknown>;
}

/**
 * Awaits the inputs that come from other resources. A program in TypeScript knows its inputs when it starts; in other languages any of them can
 * come from a resource. Secrets are refused where they would become readable, in the state and in the manifest.
 */
export async function awaitInputs(inputs: pulumi.Inputs): Promise<AwaitedInputs> {
  const noticed: Findings = { unknown: [], secret: ["secretValues"] };
  return { inputs: (await awaitAt(inputs, [], noticed)) as AwaitedInputs["inputs"], ...noticed };
}

async function awaitAt(value: unknown, path: Path, noticed: Findings): Promise<unknown> {
  if (comesFromResources(path)) {
    noticed.secret.push(inputAt(path));
    return value;
  }
  if (pulumi.Output.isInstance(value)) return awaitOutput(value, path, noticed);
  if (pulumi.isUnknown(value)) {
    noticed.unknown.push(inputAt(path));
    return undefined;
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map((member, index) => awaitAt(member, [...path, index], noticed)));
  const members = Object.entries(value).map(
    async ([key, member]) => [key, await awaitAt(member, [...path, key], noticed)] as const,
  );
  return Object.fromEntries(await Promise.all(members));
}

async function awaitOutput(output: pulumi.Output<unknown>, path: Path, noticed: Findings): Promise<unknown> {
  const resolvable = output as unknown as Resolvable;
  if (!(await resolvable.isKnown)) {
    noticed.unknown.push(inputAt(path));
    return undefined;
  }
  const isSecret = await pulumi.isSecret(output);
  if (isSecret) noticed.secret.push(inputAt(path));
  if (isSecret && path[0] !== "secretValues" && path[0] !== "talos") {
    const remedy = path[0] === "values" ? "give it in secretValues instead" : "give it as plain data";
    return new RefusedInput(`is a secret, which would be readable in the manifest and in the state; ${remedy}`);
  }
  return awaitAt(await resolvable.promise(true), path, noticed);
}

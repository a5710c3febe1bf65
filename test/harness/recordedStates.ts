import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DevStack } from "../../commands/lib/stack.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";

/** The deliveries for which a state is recorded. */
export type RecordedDelivery = "manifest" | "chart" | "machineConfig";

interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/**
 * Reads the state of a stack that was deployed with commit e17a73c, the first with all three deliveries. Users must be able to update such
 * a stack: none of its resources may be replaced or deleted. Never change the files. Their keys are encrypted and belong to no cluster.
 */
function readState(delivery: RecordedDelivery): {
  readonly version: number;
  readonly deployment: { readonly resources: RecordedResource[] };
} {
  return JSON.parse(
    readFileSync(join(import.meta.dirname, "..", "fixtures", "recorded", `${delivery}.json`), "utf8"),
  ) as ReturnType<typeof readState>;
}

/** The recorded resources without the providers, which the engine creates and deletes as it needs them. */
export function recordedResources(delivery: RecordedDelivery): readonly RecordedResource[] {
  return readState(delivery).deployment.resources.filter(({ type }) => !type.startsWith("pulumi:"));
}

/** The recorded Kubernetes objects, as they were sent to the API server. */
export function recordedObjects(): readonly KubernetesObject[] {
  return recordedResources("chart")
    .filter(({ type, custom }) => custom && type.startsWith("kubernetes:"))
    .map(({ inputs }) => inputs as unknown as KubernetesObject);
}

/** Imports a recorded state into a stack, after replacing each key of `replacements` by its value in the text of the state. */
export async function restoreState(
  { stack }: DevStack,
  delivery: RecordedDelivery,
  replacements: Readonly<Record<string, string>> = {},
): Promise<void> {
  const recorded = JSON.stringify(readState(delivery));
  const text = Object.entries(replacements).reduce((state, [from, to]) => state.replaceAll(from, to), recorded);
  await stack.importStack(JSON.parse(text) as Parameters<typeof stack.importStack>[0]);
}

/** The steps that a stack of an earlier release must never take: those that create, delete or replace something. */
export function disruptiveSteps(steps: readonly string[]): readonly string[] {
  return steps.filter((step) => !/^(?:update|same|read|refresh) /.test(step));
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import type { DevStack } from "../../commands/lib/stack.ts";

/** The deliveries of which a state is recorded. */
export type RecordedDelivery = "manifest" | "chart" | "machineConfig";

interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/**
 * The state of a stack of commit e17a73c, which was the first with all three deliveries. Whoever has such a stack must be able to go on:
 * no resource of it may be replaced or deleted. The files are kept as they are; the keys in them are encrypted, and of no cluster.
 */
function readState(delivery: RecordedDelivery): { readonly version: number; readonly deployment: { readonly resources: RecordedResource[] } } {
  return JSON.parse(
    readFileSync(join(import.meta.dirname, "..", "fixtures", "recorded", `${delivery}.json`), "utf8"),
  ) as ReturnType<typeof readState>;
}

/** The resources that were recorded, without the providers, which the engine creates and forgets as it needs them. */
export function recordedResources(delivery: RecordedDelivery): readonly RecordedResource[] {
  return readState(delivery).deployment.resources.filter(({ type }) => !type.startsWith("pulumi:"));
}

/** The Kubernetes objects that were recorded, as they were sent to the API server. */
export function recordedObjects(): readonly KubernetesObject[] {
  return recordedResources("chart").flatMap(({ type, custom, inputs }) =>
    custom && type.startsWith("kubernetes:") ? [inputs as unknown as KubernetesObject] : [],
  );
}

/** Puts a recorded state in the place of a stack's own, with other texts in the place of some. */
export async function restoreState(
  { stack }: DevStack,
  delivery: RecordedDelivery,
  changed: Readonly<Record<string, string>> = {},
): Promise<void> {
  const recorded = JSON.stringify(readState(delivery));
  const text = Object.entries(changed).reduce((all, [from, to]) => all.replaceAll(from, to), recorded);
  await stack.importStack(JSON.parse(text) as Parameters<typeof stack.importStack>[0]);
}

/** Steps that a stack of an earlier release must never see: something is created, deleted or replaced. */
export function disruptiveSteps(steps: readonly string[]): readonly string[] {
  return steps.filter((step) => !/^(?:update|same|read|refresh) /.test(step));
}

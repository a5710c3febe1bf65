import assert from "node:assert/strict";
import type { DevStack } from "../../commands/lib/stack.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { operationError } from "./operations.ts";

/** The error of a change that an existing stack refuses. */
export function changeRefusal(problem: string): RegExp {
  return new RegExp(`^(?:Preview failed: )?before hook "upgrade guard of cilium" failed: ${problem}`);
}

/** The error of an upgrade from 1.18.4 to 1.20.0. */
export const skippedMinor = changeRefusal(
  String.raw`ciliumVersion: 1\.20\.0 skips a minor release after 1\.18\.4, .*; set ciliumVersion to "1\.18\.12" and run .pulumi up., then go on with 1\.19\.6 and 1\.20\.0 in the same way, or set allowUnsafeChanges to \["minorSkip"\] if `,
);

interface Resource {
  readonly urn: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** What the next preview and `pulumi stack output` read. */
export async function stateOf({ stack }: DevStack): Promise<readonly Resource[]> {
  const { deployment } = (await stack.exportStack()) as { deployment: { resources: readonly Resource[] } };
  return deployment.resources.map(({ urn, inputs = {}, outputs = {} }) => ({ urn, inputs, outputs }));
}

/** Preview and up give the same error and leave the stack as it is. */
export async function assertRefused(stack: DevStack, args: TalosCiliumCniArgs, expected: RegExp): Promise<void> {
  const before = await stateOf(stack);
  stack.configure(args);
  for (const operation of ["preview", "up"] as const) {
    assert.match(await operationError(operation, stack), expected);
    assert.deepEqual(await stateOf(stack), before, operation);
  }
}

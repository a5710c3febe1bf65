import * as pulumi from "@pulumi/pulumi";
import { checkChanges } from "../checks/changes.ts";
import type { Plan } from "../plan.ts";
import { type InputError, problemLines } from "../support/problems.ts";
import { resourceHooks } from "./resourceHook.ts";

type GuardOptions = Pick<pulumi.ComponentResourceOptions, "hooks">;

/**
 * Resource options that make the engine ask before it updates the component, at preview too. Only the engine knows the inputs of the last
 * `pulumi up`. If the checks of changes refuse the new ones, the update fails before any child is registered. The engine does not ask when the
 * component is new, stays the same or is deleted.
 */
export function refuseUnsafeChanges(name: string, plan: Pick<Plan, "settings" | "values">): GuardOptions {
  return beforeUpdate(name, changesHook(plan), { onDryRun: true });
}

/**
 * Resource options of a component whose inputs are refused: they keep `up` from recording that it has no inputs, which would make the next one
 * forget how the cluster is. The engine then shows the error of the hook, and not that of the program.
 */
export function keepRecordedInputs(name: string, refusal: InputError): GuardOptions {
  return beforeUpdate(name, () => {
    throw new Error(refusal.message);
  });
}

function beforeUpdate(name: string, callback: pulumi.ResourceHookFunction, options?: pulumi.ResourceHookOptions): GuardOptions {
  const hooks = resourceHooks(`upgrade guard of ${name}`, callback, options);
  return hooks.length === 0 ? {} : { hooks: { beforeUpdate: hooks } };
}

/** Compares the plan with the inputs of the last `pulumi up`. Throws an Error that names everything that it must not change. */
export function changesHook({ settings, values }: Pick<Plan, "settings" | "values">): pulumi.ResourceHookFunction {
  return async ({ oldInputs = {}, oldOutputs = {} }) => {
    // The state has secret properties, which arrive as Outputs. Their values stay in memory, and no message quotes them.
    const state = { inputs: await plain(oldInputs), images: (await plain(oldOutputs["images"] as string[] | undefined)) ?? [] };
    const { errors } = checkChanges({ settings, values }, state);
    if (errors.length > 0) throw new Error(describeChanges(problemLines(errors)));
  };
}

/** The text of one problem, or a list of several. */
function describeChanges(lines: readonly string[]): string {
  return lines.length === 1 ? lines.join("") : [`${lines.length} changes are refused:`, ...lines].join("\n  ");
}

/** The value of an Output, or of anything with Outputs inside. */
function plain<T>(value: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve) =>
    pulumi.output(value).apply((known) => {
      resolve(known as T);
    }),
  );
}

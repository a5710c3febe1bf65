import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";

/** How many hooks of a name there are in one deployment. */
const countsOf = new WeakMap<object, Map<string, number>>();

/**
 * Registers a hook. The engine puts its name in front of the hook's error, and knows hooks by name. Components of one name may have different
 * parents, so a name that is taken gets a number. Returns no hook with Pulumi's mocks, which do not support hooks.
 */
export function resourceHooks(
  name: string,
  callback: pulumi.ResourceHookFunction,
  options?: pulumi.ResourceHookOptions,
): pulumi.ResourceHook[] {
  const monitor = pulumi.runtime.getMonitor();
  if (monitor === undefined || !("registerResourceHook" in monitor)) return [];
  const counts = countsOf.get(monitor) ?? new Map<string, number>();
  countsOf.set(monitor, counts);
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  // The engine calls a hook outside the context in which the SDK finds the engine.
  return [new pulumi.ResourceHook(count === 1 ? name : `${name} (${count})`, AsyncResource.bind(callback), options)];
}

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { eventually } from "./cluster.ts";
import type { RegisteredResource } from "./mocks.ts";

/** A resource of another package, for a component to depend on. */
export class Machine extends pulumi.CustomResource {
  constructor(name: string) {
    super("vm:index:Machine", name);
  }
}

/** Waits until a component has `count` children that the engine creates or constructs, and asserts that each depends on `dependency`. */
export async function assertChildrenWaitFor(
  dependency: string,
  component: string,
  count: number,
  registered: readonly RegisteredResource[],
): Promise<void> {
  const children = () => registered.filter((resource) => isChild(resource) && resource.name.startsWith(component));
  await eventually(() => children().length === count, `${component} does not have ${count} children`);
  for (const child of children()) {
    assert(dependsOn(child, dependency, registered), `${child.type} ${child.name} does not wait for ${dependency}`);
  }
}

function isChild({ type, custom }: RegisteredResource): boolean {
  return (custom && type !== "vm:index:Machine") || type.endsWith(":Chart");
}

/** Whether a child depends on a resource, directly or through another child. Its parent does not count. */
function dependsOn({ dependencies }: RegisteredResource, target: string, registered: readonly RegisteredResource[]): boolean {
  if (dependencies.includes(target)) return true;
  const children = registered.filter((resource) => isChild(resource) && dependencies.includes(resource.name));
  return children.some((child) => dependsOn(child, target, registered));
}

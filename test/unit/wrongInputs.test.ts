import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { CiliumLoadBalancer, type CiliumLoadBalancerArgs } from "../../components/ciliumLoadBalancer.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { TalosCiliumCni } from "../../components/talosCiliumCni.ts";
import { invalidInputs } from "../fixtures/invalidInputs.ts";
import { chartArgs } from "../harness/charts.ts";
import { recordRegistrations } from "../harness/mocks.ts";

const registered = await recordRegistrations();

/** The message of the ResourceError that a constructor throws. */
function refusal(construct: () => pulumi.ComponentResource): string {
  try {
    construct();
  } catch (error) {
    assert(pulumi.ResourceError.isInstance(error), String(error));
    return error.message;
  }
  return assert.fail("the inputs are accepted");
}

/** What the engine is asked to record for a component. */
async function recordedFor(name: string): Promise<unknown> {
  // The mocks answer in the order of the requests.
  await new Promise((resolve) => setTimeout(resolve, 20));
  return registered.find((resource) => resource.name === name)?.inputs;
}

/** The same with a chart that needs no connection, if the arguments are an object at all. */
function withChart(args: unknown): TalosCiliumCniArgs {
  const isObject = typeof args === "object" && args !== null && !Array.isArray(args);
  return (isObject ? { ...chartArgs(), ...args } : args) as TalosCiliumCniArgs;
}

for (const [index, [args, expected]] of invalidInputs.entries()) {
  test(`TalosCiliumCni refuses ${JSON.stringify(args)}, and nothing of it is recorded`, async () => {
    const message = refusal(() => new TalosCiliumCni(`cni-${index}`, withChart(args)));
    assert.match(message, expected);
    assert.deepEqual(await recordedFor(`cni-${index}`), {});
  });
}

/** The same inputs as CiliumLoadBalancer takes them: those of `loadBalancer` stand one level higher. */
function higher(args: unknown): unknown {
  if (typeof args !== "object" || args === null || Array.isArray(args)) return args;
  const { loadBalancer, ...others } = args as Record<string, unknown>;
  return { ...others, ...(loadBalancer as object | undefined) };
}

for (const [index, [args, expected]] of invalidInputs.entries()) {
  const given = higher(args);
  test(`CiliumLoadBalancer refuses ${JSON.stringify(given)}, and nothing of it is recorded`, async () => {
    const message = refusal(() => new CiliumLoadBalancer(`lb-${index}`, given as CiliumLoadBalancerArgs));
    const asGiven = expected.source.replaceAll("loadBalancer\\.", "");
    assert.match(
      message,
      new RegExp(`${asGiven}|^(?:\\d inputs cannot work:\\n {2})?\\w+: is not an input of CiliumLoadBalancer; known are `),
    );
    assert.deepEqual(await recordedFor(`lb-${index}`), {});
  });
}

test("inputs of TalosCiliumCni alone are not silently ignored by CiliumLoadBalancer", () => {
  for (const args of [{ values: {} }, { delivery: "chart" }, { loadBalancer: { ipPools: [] } }, { talos: {} }, { l2: {} }]) {
    const [key = ""] = Object.keys(args);
    const construct = () => new CiliumLoadBalancer(`not-${key}`, args as CiliumLoadBalancerArgs);
    assert.match(refusal(construct), new RegExp(`^${key}: is not an input of CiliumLoadBalancer; known are ciliumVersion, `));
  }
});

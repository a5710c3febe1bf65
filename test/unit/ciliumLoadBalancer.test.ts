import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { CiliumLoadBalancer, type CiliumLoadBalancerArgs } from "../../components/ciliumLoadBalancer.ts";
import { invalidInputs } from "../fixtures/invalidInputs.ts";
import { assertChildrenWaitFor, Machine } from "../harness/childDependencies.ts";
import { eventually } from "../harness/cluster.ts";
import { recordRegistrations } from "../harness/mocks.ts";
import { recordedInputsOf, resourceErrorMessage } from "../harness/refusedInputs.ts";

const registered = await recordRegistrations();
const ipPools = [
  { name: "one", blocks: [{ cidr: "192.168.1.200/29" }] },
  { name: "two", blocks: [{ cidr: "192.168.1.240/29" }] },
];

/** The component and its children, once the last of them is registered. */
async function registrationsOf(component: string, last: string) {
  await eventually(() => registered.some(({ name }) => name === last), `${last} is missing`);
  return registered.filter(({ name }) => name === component || name.startsWith(`${component}-`));
}

test("the pools are children of the component, and the others wait for the first one", async () => {
  new CiliumLoadBalancer("alone", { ciliumVersion: "1.18.4", ipPools });
  const [component, firstPool, secondPool, ...others] = await registrationsOf("alone", "alone-two");
  assert.deepEqual([component?.type, component?.parent], ["talos-cilium-cni:index:CiliumLoadBalancer", ""]);
  assert.deepEqual([firstPool?.parent, firstPool?.dependencies, secondPool?.dependencies], ["alone", [], ["alone-one"]]);
  assert.deepEqual(firstPool?.inputs["spec"], { blocks: [{ cidr: "192.168.1.200/29" }] });
  assert.deepEqual(others, []);
});

test("the state records the inputs that create objects, with their defaults, and not the facts about the LAN", async () => {
  const lan = { nodes: ["192.168.1.10"], gateway: "192.168.1.1" };
  new CiliumLoadBalancer("recorded", { ipPools, lan, podCidr: "10.42.0.0/16" });
  assert.deepEqual(await recordedInputsOf(registered, "recorded"), {
    ciliumVersion: "1.19.6",
    ipPools,
    l2Policies: [],
    operatorTimeout: "10m",
  });
});

test("an undefined input counts as absent, and without any input nothing is created", async () => {
  new CiliumLoadBalancer("empty", { ipPools: undefined, lan: undefined } as unknown as CiliumLoadBalancerArgs);
  assert.deepEqual(await recordedInputsOf(registered, "empty"), {
    ciliumVersion: "1.19.6",
    ipPools: [],
    l2Policies: [],
    operatorTimeout: "10m",
  });
  assert(!registered.some(({ parent }) => parent === "empty"));
});

test("problems name the inputs without loadBalancer", () => {
  const wrongPools = [{ name: "lan", blocks: [{ cidr: "192.168.1.0/33" }] }];
  assert.throws(
    () => new CiliumLoadBalancer("wrong", { ipPools: wrongPools, operatorTimeout: "soon" }),
    /^[^]*2 inputs cannot work:\n {2}ipPools\[0\]\.blocks\[0\]\.cidr: .*\n {2}operatorTimeout: "soon" is not a valid Go duration/,
  );
});

test("the pools are checked against the ranges of the cluster and the LAN", () => {
  const create = (args: object) => new CiliumLoadBalancer("overlapping", { ipPools, ...args });
  assert.throws(
    () => create({ lan: { nodes: ["192.168.1.201"] } }),
    /^[^]*ipPools\[0\]\.blocks\[0\]: .* contains lan\.nodes\[0\]/,
  );
  assert.throws(
    () => create({ podCidr: "192.168.0.0/16" }),
    /^[^]*ipPools\[0\]\.blocks\[0\]: .* is inside podCidr 192\.168\.0\.0\/16/,
  );
});

test("warnings are logged once, and name the inputs without loadBalancer", (context) => {
  const warn = context.mock.method(pulumi.log, "warn", () => Promise.resolve());
  new CiliumLoadBalancer("warns", { ipPools, lan: { dhcpRange: "192.168.1.200-192.168.1.250" } });
  const messages = warn.mock.calls.map(({ arguments: [message] }) => String(message));
  assert.deepEqual(
    messages.map((message) => message.replace(/ .*$/, "")),
    ["ipPools[0].blocks[0]:", "ipPools[1].blocks[0]:"],
  );
});

test("no child is created before what the component depends on, or deleted after it", async () => {
  const dependsOn = pulumi.output([new Machine("waiting-vm")]);
  new CiliumLoadBalancer("waiting", { ipPools, l2Policies: [{ name: "lan" }] }, { dependsOn });
  await assertChildrenWaitFor("waiting-vm", "waiting", 3, registered);
});

/** The same inputs for CiliumLoadBalancer: the members of `loadBalancer` move to the top level. */
function withoutLoadBalancer(args: unknown): unknown {
  if (typeof args !== "object" || args === null || Array.isArray(args)) return args;
  const { loadBalancer, ...others } = args as Record<string, unknown>;
  return { ...others, ...(loadBalancer as object | undefined) };
}

for (const [index, [args, expected]] of invalidInputs.entries()) {
  const ownArgs = withoutLoadBalancer(args);
  test(`${JSON.stringify(ownArgs)} is refused, and nothing of it is recorded`, async () => {
    const message = resourceErrorMessage(() => new CiliumLoadBalancer(`lb-${index}`, ownArgs as CiliumLoadBalancerArgs));
    const expectedProblem = expected.source.replaceAll("loadBalancer\\.", "");
    const unknownInput = "^(?:\\d inputs cannot work:\\n {2})?\\w+: is not an input of CiliumLoadBalancer; known are ";
    assert.match(message, new RegExp(`${expectedProblem}|${unknownInput}`));
    assert.deepEqual(await recordedInputsOf(registered, `lb-${index}`), {});
  });
}

test("inputs that only TalosCiliumCni has are refused, and so are names that every object inherits", () => {
  for (const key of ["values", "delivery", "loadBalancer", "talos", "l2", "constructor", "toString"]) {
    const args = { [key]: {} } as CiliumLoadBalancerArgs;
    const message = resourceErrorMessage(() => new CiliumLoadBalancer(`not-${key}`, args));
    assert.match(message, new RegExp(`^${key}: is not an input of CiliumLoadBalancer; known are ciliumVersion, `));
  }
});

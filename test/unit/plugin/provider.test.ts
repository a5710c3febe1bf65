import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { createPlan } from "../../../components/plan.ts";
import { CiliumProvider } from "../../../components/plugin/provider.ts";
import { devStack } from "../../fixtures/devStack.ts";
import { chartArgs } from "../../harness/charts.ts";
import { recordRegistrations, unknownOutput, value } from "../../harness/mocks.ts";

const registered = await recordRegistrations();
const provider = new CiliumProvider();
const cniType = "talos-cilium-cni:index:TalosCiliumCni";
const loadBalancerType = "talos-cilium-cni:index:CiliumLoadBalancer";

test("the component is made from inputs that came from resources, with all its outputs", async () => {
  const inputs = { ...devStack, ...chartArgs(), podCidr: pulumi.output("10.244.0.0/16") };
  const { urn, state } = await provider.construct("known", cniType, inputs, {});
  assert.match(await value(pulumi.output(urn)), /known$/);
  assert.deepEqual(Object.keys(state).toSorted(), [
    "bgpRouterConfig",
    "helmValues",
    "images",
    "loadBalancerManifest",
    "machineConfigPatches",
    "manifest",
    "manifestSha256",
    "objects",
    "syncCommand",
    "warnings",
  ]);
  const { manifest } = createPlan({ ...devStack, ...chartArgs() });
  assert.equal(await value(pulumi.output(state["manifest"] as pulumi.Output<string>)), manifest.yaml);
});

test("CiliumLoadBalancer is made with its objects", async () => {
  const { state } = await provider.construct("pools", loadBalancerType, { ipPools: devStack.loadBalancer?.ipPools }, {});
  assert.deepEqual(Object.keys(state), ["bgpRouterConfig"]);
  await new Promise(setImmediate);
  assert(registered.some(({ parent, type }) => parent === "pools" && type.endsWith(":CiliumLoadBalancerIPPool")));
});

test("problems arrive at their inputs, all at once", async () => {
  const wrong = {
    ...chartArgs(),
    podCidr: pulumi.output("10.244.0.0"),
    values: { token: pulumi.secret("s3cret") },
    l2: { leaseDuration: "15" },
  };
  await assert.rejects(provider.construct("wrong", cniType, wrong, {}), (error) => {
    assert(pulumi.InputPropertiesError.isInstance(error));
    assert.deepEqual(
      error.errors.map(({ propertyPath }) => propertyPath),
      ["l2.leaseDuration", "podCidr", "values.token (secret)"],
    );
    assert.match(error.errors[1]?.reason ?? "", /^"10\.244\.0\.0" is not a valid range; /);
    assert(!JSON.stringify(error.errors).includes("s3cret"));
    return true;
  });
});

test("with unknown inputs, the component is previewed without children and outputs", async () => {
  const { state } = await provider.construct("later", cniType, { delivery: "chart", podCidr: unknownOutput() }, {});
  assert.deepEqual(state, {});
  await new Promise(setImmediate);
  assert(registered.some(({ name, type }) => name === "later" && type === cniType));
  assert(!registered.some(({ parent }) => parent === "later"));
});

test("a type that is not one of the components is an error", async () => {
  await assert.rejects(provider.construct("x", "talos-cilium-cni:index:Other", {}, {}), /has no resource of type/);
});

test("the schema has the type and the description of every input and output", () => {
  const schema = JSON.parse(provider.schema) as {
    readonly resources: Record<
      string,
      { readonly inputProperties: object; readonly properties: object; readonly description?: string }
    >;
    readonly types: Record<string, { readonly properties?: object; readonly description?: string }>;
  };
  assert.deepEqual(Object.keys(schema.resources).toSorted(), [loadBalancerType, cniType]);
  const owners = [...Object.entries(schema.resources), ...Object.entries(schema.types)];
  for (const [name, owner] of owners) {
    assert(owner.description, name);
    const properties = [("inputProperties" in owner ? owner.inputProperties : {}) as object, owner.properties ?? {}];
    for (const [key, property] of properties.flatMap((each) => Object.entries(each as Record<string, object>))) {
      assert("description" in property && ("type" in property || "$ref" in property), `${name}.${key}`);
      assert(!JSON.stringify(property).includes("pulumi.json#/Any") || /values$/i.test(key), `${name}.${key}`);
    }
  }
});

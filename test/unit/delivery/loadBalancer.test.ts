import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { loadBalancerObjects } from "../../../components/cilium/loadBalancer/objects.ts";
import { createLoadBalancerObjects, loadBalancerInputs } from "../../../components/delivery/loadBalancer.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { Machine } from "../../harness/childDependencies.ts";
import { eventually } from "../../harness/cluster.ts";
import { recordRegistrations } from "../../harness/mocks.ts";

const registered = await recordRegistrations();
const settings = resolveSettings({
  loadBalancer: {
    ipPools: [
      { name: "one", blocks: [{ cidr: "192.168.1.200/29" }] },
      { name: "two", blocks: [{ cidr: "192.168.1.208/29" }] },
    ],
    l2Policies: [{ name: "lan" }],
  },
  bgp: [{ name: "lan", localAsn: 64513, peers: [{ address: "192.168.1.1", asn: 64512 }] }],
  lan: { nodes: ["192.168.1.10"] },
});
const objects = loadBalancerObjects(settings);

/** Creates the objects as children of a component, and returns them in the order of the objects once all are registered. */
async function createdObjects(name: string, dependsOn?: pulumi.ResourceOptions["dependsOn"]) {
  const component = new pulumi.ComponentResource("test:index:Component", name);
  createLoadBalancerObjects(name, objects, settings, component, dependsOn);
  const children = () => registered.filter(({ parent }) => parent === name);
  await eventually(() => children().length === objects.length, `${name} does not have ${objects.length} children`);
  const keys = objects.map(({ kind, metadata }) => `${kind} ${name}-${metadata.name}`);
  const indexOf = ({ type, name: child }: { type: string; name: string }) =>
    keys.indexOf(`${type.split(":").at(-1) ?? ""} ${child}`);
  return children().toSorted((a, b) => indexOf(a) - indexOf(b));
}

test("every object waits for the first one, so an operator that does not start is one error", async () => {
  const children = await createdObjects("lb");
  assert.deepEqual(
    children.map(({ type, name, dependencies }) => [type, name, dependencies]),
    [
      ["kubernetes:cilium.io/v2:CiliumLoadBalancerIPPool", "lb-one", []],
      ["kubernetes:cilium.io/v2:CiliumLoadBalancerIPPool", "lb-two", ["lb-one"]],
      ["kubernetes:cilium.io/v2alpha1:CiliumL2AnnouncementPolicy", "lb-lan", ["lb-one"]],
      ["kubernetes:cilium.io/v2:CiliumBGPPeerConfig", "lb-lan.192.168.1.1", ["lb-one"]],
      ["kubernetes:cilium.io/v2:CiliumBGPAdvertisement", "lb-lan", ["lb-one"]],
      ["kubernetes:cilium.io/v2:CiliumBGPClusterConfig", "lb-lan", ["lb-one"]],
    ],
  );
});

test("each object has its content, and Pulumi takes over its fields", async () => {
  const children = await createdObjects("content");
  for (const [index, { inputs }] of children.entries()) {
    const { metadata, ...content } = objects[index] ?? assert.fail("there are more children than objects");
    assert.deepEqual(inputs, { ...content, metadata: { ...metadata, annotations: { "pulumi.com/patchForce": "true" } } });
  }
});

test("every object waits for what its component depends on", async () => {
  const vms = ["vm-1", "vm-2"].map((name) => new Machine(name));
  for (const [name, dependsOn] of [["waits-list", vms] as const, ["waits-output", pulumi.output(vms)] as const]) {
    const [waiting, ...others] = (await createdObjects(name, dependsOn)).map(({ dependencies }) => dependencies);
    assert.deepEqual(waiting, ["vm-1", "vm-2"]);
    for (const dependencies of others) assert.deepEqual(dependencies, ["vm-1", "vm-2", `${name}-one`].sort());
  }
});

test("without objects nothing is created", async () => {
  const component = new pulumi.ComponentResource("test:index:Component", "nothing");
  createLoadBalancerObjects("nothing", [], settings, component, undefined);
  await new Promise((resolve) => component.urn.apply(resolve));
  assert(!registered.some(({ parent }) => parent === "nothing"));
});

test("the state records what makes the objects, and nothing about the LAN", () => {
  const { ipPools, l2Policies } = settings.loadBalancer;
  const { bgp } = settings;
  const recorded = { ciliumVersion: "1.19.6", ipPools, l2Policies, operatorTimeout: "10m" };
  assert.deepEqual(loadBalancerInputs(settings), { ...recorded, bgp });
  // Without BGP nothing changes in a stack of an earlier release.
  assert.deepEqual(loadBalancerInputs({ ...settings, bgp: [] }), recorded);
});

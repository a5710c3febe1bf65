import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { CiliumLoadBalancer } from "../../components/ciliumLoadBalancer.ts";
import { TalosCiliumCni } from "../../components/talosCiliumCni.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { recordRegistrations, type RegisteredResource } from "../harness/mocks.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const registered = await recordRegistrations();
const folder = mkdtempSync(join(tmpdir(), "child-dependencies-"));
after(() => {
  rmSync(folder, { recursive: true });
});
const crdsPath = join(folder, "standard-install.yaml");
writeFileSync(crdsPath, readGatewayApiCrds("v1.2.0"));

const loadBalancer = {
  ipPools: [
    { name: "one", blocks: [{ cidr: "192.168.1.200/29" }] },
    { name: "two", blocks: [{ cidr: "192.168.1.208/29" }] },
  ],
  l2Policies: [{ name: "lan" }],
};
const machine = (node: string) => ({ node, machineConfiguration: "machine: {}\n" });
const talos = {
  clientConfiguration: { caCertificate: "a", clientCertificate: "b", clientKey: "c" },
  controlPlanes: [machine("10.0.0.1"), machine("10.0.0.2")],
  workers: [machine("10.0.0.3"), machine("10.0.0.4")],
};

// Each component in each delivery, with the number of its children that the engine creates or constructs.
const components: Readonly<Record<string, readonly [children: number, make: (name: string, vm: pulumi.Resource) => unknown]>> = {
  "delivery chart": [
    1 + 5 + 1 + 3,
    (name, vm) => {
      const args = { ...chartArgs(), delivery: "chart", namespace: "cilium", gatewayApi: { crdsPath }, loadBalancer } as const;
      return new TalosCiliumCni(name, args, { dependsOn: vm });
    },
  ],
  "delivery machineConfig": [
    4,
    (name, vm) => new TalosCiliumCni(name, { ...chartArgs(), delivery: "machineConfig", talos }, { dependsOn: [vm] }),
  ],
  "delivery machineConfig with workers alone": [
    2,
    (name, vm) => {
      const workers = { ...talos, controlPlanes: [] };
      return new TalosCiliumCni(name, { ...chartArgs(), delivery: "machineConfig", talos: workers }, { dependsOn: [vm] });
    },
  ],
  CiliumLoadBalancer: [3, (name, vm) => new CiliumLoadBalancer(name, loadBalancer, { dependsOn: pulumi.output([vm]) })],
};

class Machine extends pulumi.CustomResource {
  constructor(name: string) {
    super("vm:index:Machine", name);
  }
}

const isChild = ({ type, custom }: RegisteredResource) => (custom && type !== "vm:index:Machine") || type.endsWith(":Chart");

for (const [title, [count, make]] of Object.entries(components)) {
  test(`${title}: no child is created before, or deleted after, what the component depends on`, async () => {
    const name = `c${Object.keys(components).indexOf(title)}`;
    make(name, new Machine(`${name}-vm`));
    const children = () => registered.filter((resource) => isChild(resource) && resource.name.startsWith(name));
    await eventually(() => children().length === count, `${name} has not ${count} children`);
    for (const child of children()) assert(reaches(child, `${name}-vm`), `${child.type} ${child.name} does not wait`);
  });
}

/** Whether a resource depends on another one, itself or by what it depends on; the parent does not count. */
function reaches({ dependencies }: RegisteredResource, target: string): boolean {
  if (dependencies.includes(target)) return true;
  return dependencies.some((name) =>
    registered.some((resource) => resource.name === name && isChild(resource) && reaches(resource, target)),
  );
}

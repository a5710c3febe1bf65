import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { render } from "../../components/helm/render.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createManifest } from "../../components/kubernetes/manifest.ts";
import { createPlan } from "../../components/plan.ts";
import { TalosCiliumCni } from "../../components/talosCiliumCni.ts";
import { devStack } from "../fixtures/devStack.ts";
import { invalidInputs } from "../fixtures/invalidInputs.ts";
import { chartArgs } from "../harness/charts.ts";
import { assertChildrenWaitFor, Machine } from "../harness/childDependencies.ts";
import { isSecretInput, recordRegistrations, value } from "../harness/mocks.ts";
import { recordedInputsOf, resourceErrorMessage } from "../harness/refusedInputs.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const registered = await recordRegistrations();
const inputsOf = (name: string) => registered.find((resource) => resource.name === name)?.inputs ?? {};
const create = (name: string, args: TalosCiliumCniArgs, options?: pulumi.ComponentResourceOptions) =>
  new TalosCiliumCni(name, { ...chartArgs(), ...args }, options);

test("delivery manifest exports the manifests and creates nothing but the component", async () => {
  const cni = create("cilium", devStack);
  assert.match(await value(cni.manifest), /^---\napiVersion: v1\nkind: Namespace\n/);
  assert.match(await value(cni.manifestSha256), /^[0-9a-f]{64}$/);
  assert.match((await value(cni.loadBalancerManifest)) ?? "", /name: default-ip-pool/);
  const objects = await value(cni.objects);
  assert.match(objects["ConfigMap kube-system/cilium-config"] ?? "", /^[0-9a-f]{12}$/);
  assert.match(objects["CiliumLoadBalancerIPPool default-ip-pool"] ?? "", /^[0-9a-f]{12}$/);
  assert.equal((await value(cni.images)).length, 3);
  assert.deepEqual(await value(cni.warnings), []);
  for (const output of [cni.manifest, cni.manifestSha256, cni.objects] as const) {
    assert.equal(await pulumi.isSecret(output as pulumi.Output<unknown>), false);
  }
  await value(cni.urn);
  assert.deepEqual(
    registered.map(({ type, name }) => [type, name]),
    [["talos-cilium-cni:index:TalosCiliumCni", "cilium"]],
  );
  assert.deepEqual(inputsOf("cilium")["loadBalancer"], devStack.loadBalancer);
});

test("with helmValues, Helm renders the manifest, also if a value is null", async () => {
  const args = { ...devStack, values: { envoy: { priorityClassName: null }, extraConfig: { octal: "0400", nothing: "" } } };
  const cni = create("values", args);
  const plan = createPlan({ ...chartArgs(), ...args });
  const values = await value(cni.helmValues);
  assert.deepEqual(values, plan.values);
  const rendered = render(plan.chart, values, plan.settings).map(({ object }) => object);
  assert.equal(createManifest(rendered).yaml, plan.manifest.yaml);
  assert.equal(await pulumi.isSecret(cni.helmValues as pulumi.Output<unknown>), false);
});

test("helmValues is secret with secretValues", async () => {
  const cni = create("secret-values", { secretValues: { extraConfig: { token: "not-for-others" } } });
  assert.equal(await pulumi.isSecret(cni.helmValues as pulumi.Output<unknown>), true);
});

test("without pools and policies there is no LoadBalancer manifest", async () => {
  assert.equal(await value(create("plain", {}).loadBalancerManifest), undefined);
});

test("objects names what another podCidr changes: Cilium's ConfigMap and the pods that read it", async () => {
  const [one, other] = await Promise.all(
    [{}, { podCidr: "10.42.0.0/16" }].map((args, index) => value(create(`cidr-${index}`, args).objects)),
  );
  const changed = Object.keys(one ?? {}).filter((name) => one?.[name] !== other?.[name]);
  // The pods that read the configuration have its checksum as an annotation.
  assert.deepEqual(changed.sort(), [
    "ConfigMap kube-system/cilium-config",
    "DaemonSet kube-system/cilium",
    "Deployment kube-system/cilium-operator",
  ]);
});

test("a manifest with a Secret is secret, and so are its digests and the recorded values", async () => {
  const cni = create("secret", {
    ...chartArgs("1.18.4"),
    values: { azure: { enabled: true, clientSecret: "not-for-others" } },
  });
  assert.equal(await pulumi.isSecret(cni.manifest), true);
  assert.equal(await pulumi.isSecret(cni.manifestSha256), true);
  assert.equal(await pulumi.isSecret(cni.helmValues as pulumi.Output<unknown>), true);
  assert.equal((await value(cni.objects))["Secret kube-system/cilium-azure"], "secret");
  assert.match((await value(cni.warnings)).join("\n"), /^values\.azure: puts Secret/m);
  await value(cni.urn);
  assert(isSecretInput(inputsOf("secret")["values"]));
});

test("all problems are one ResourceError of the component, and inspecting it prints only the message", () => {
  assert.throws(
    () => create("wrong", { podCidr: "x", namespace: "A" }),
    (error: unknown) => {
      assert(pulumi.ResourceError.isInstance(error));
      assert.match(error.message, /^2 inputs cannot work:\n {2}namespace: .*\n {2}podCidr: /);
      assert.equal(inspect(error), error.message);
      return true;
    },
  );
});

test("machineConfigPatches and syncCommand are undefined unless the delivery is machineConfig", async () => {
  const cni = create("exported", {});
  assert.equal(await value(cni.machineConfigPatches), undefined);
  assert.equal(await value(cni.syncCommand), undefined);
});

test("warnings are logged once, and they are an output", async (context) => {
  const warn = context.mock.method(pulumi.log, "warn", () => Promise.resolve());
  const lan = { dhcpRange: "192.168.1.200-192.168.1.250" };
  const cni = create("warns", { ...devStack, delivery: "chart", gatewayApi: { enabled: false }, lan });
  const messages = warn.mock.calls.map(({ arguments: [message] }) => message);
  assert.match(messages.join("\n"), /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: [^\n]*$/);
  assert.deepEqual(await value(cni.warnings), messages);
});

const folder = mkdtempSync(join(tmpdir(), "talos-cilium-cni-"));
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

// Each delivery that creates resources, with the number of children that the engine creates or constructs.
const deliveries: Readonly<Record<string, readonly [children: number, args: TalosCiliumCniArgs]>> = {
  // A Namespace, five CRDs, the chart, two pools and a policy.
  chart: [10, { delivery: "chart", namespace: "cilium", gatewayApi: { crdsPath }, loadBalancer }],
  machineConfig: [4, { delivery: "machineConfig", talos }],
  "machineConfig with workers alone": [2, { delivery: "machineConfig", talos: { ...talos, controlPlanes: [] } }],
};

for (const [title, [count, args]] of Object.entries(deliveries)) {
  test(`delivery ${title}: no child is created before what the component depends on, or deleted after it`, async () => {
    const name = title.replaceAll(" ", "-");
    create(`waits-${name}`, args, { dependsOn: [new Machine(`${name}-vm`)] });
    await assertChildrenWaitFor(`${name}-vm`, `waits-${name}`, count, registered);
  });
}

test("a single resource can be the dependency too", async () => {
  create("single", { delivery: "machineConfig", talos }, { dependsOn: new Machine("only-vm") });
  await assertChildrenWaitFor("only-vm", "single", 4, registered);
});

/** The same inputs with a chart that needs no connection, if the inputs are an object at all. */
function withChart(args: unknown): TalosCiliumCniArgs {
  const isObject = typeof args === "object" && args !== null && !Array.isArray(args);
  return (isObject ? { ...chartArgs(), ...args } : args) as TalosCiliumCniArgs;
}

for (const [index, [args, expected]] of invalidInputs.entries()) {
  test(`${JSON.stringify(args)} is refused, and nothing of it is recorded`, async () => {
    const message = resourceErrorMessage(() => new TalosCiliumCni(`cni-${index}`, withChart(args)));
    assert.match(message, expected);
    assert.deepEqual(await recordedInputsOf(registered, `cni-${index}`), {});
  });
}

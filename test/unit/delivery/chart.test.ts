import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { after, test } from "node:test";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { createPlan } from "../../../components/plan.ts";
import { TalosCiliumCni } from "../../../components/talosCiliumCni.ts";
import { chartArgs } from "../../harness/charts.ts";
import { eventually } from "../../harness/cluster.ts";
import { isSecretInput, recordRegistrations, type RegisteredResource, value } from "../../harness/mocks.ts";
import { readGatewayApiCrds } from "../../harness/suiteData.ts";

const registered = await recordRegistrations();
const folder = mkdtempSync(join(tmpdir(), "chart-delivery-"));
after(() => {
  rmSync(folder, { recursive: true });
});
const crdsPath = join(folder, "standard-install.yaml");
writeFileSync(crdsPath, readGatewayApiCrds("v1.2.0"));
const chartDelivery = { ...chartArgs(), delivery: "chart", gatewayApi: { crdsPath } } as const;
/** The same without the CRDs, which take a second to read. */
const withoutCrds = { ...chartDelivery, gatewayApi: { installCrds: false } } as const;

/** The component and its children, once the child `last` is registered. */
async function registrationsOf(component: string, last: string): Promise<readonly RegisteredResource[]> {
  await eventually(
    () => registered.some(({ name, parent }) => name === last && parent.startsWith(component)),
    `${last} is missing`,
  );
  return registered.filter(({ name }) => name === component || name.startsWith(`${component}-`));
}
const inputsOf = (resources: readonly RegisteredResource[], type: string) =>
  resources.find((resource) => resource.type.endsWith(type))?.inputs ?? assert.fail(`there is no ${type}`);

const pools = [
  { name: "one", blocks: [{ cidr: "192.168.1.200/29" }] },
  { name: "two", blocks: [{ cidr: "192.168.1.240/29" }] },
];
const crds = ["gatewayclasses", "gateways", "grpcroutes", "httproutes", "referencegrants"].map(
  (kind) => `${kind}.gateway.networking.k8s.io`,
);

test("the Namespace and the Gateway API CRDs come first, then the chart, then the pools and policies", async () => {
  const loadBalancer = { ipPools: pools, l2Policies: [{ name: "lan" }] };
  new TalosCiliumCni("net", { ...chartDelivery, namespace: "cilium", loadBalancer });
  const resources = await registrationsOf("net", "net-lb-lan");
  const retained = ["net-cilium", ...crds.map((crd) => `net-${crd}`)];
  const retainedPatch = (type: string, name: string) => ({ type, name, parent: "net", dependencies: [], retainOnDelete: true });
  const crdType = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinitionPatch";
  const custom = (kind: string, name: string, dependencies: readonly string[]) => ({
    type: `kubernetes:cilium.io/${kind}`,
    name,
    parent: "net-lb",
    dependencies,
    retainOnDelete: false,
  });
  const component = (type: string, name: string, parent: string, dependencies: readonly string[]) => ({
    type,
    name,
    parent,
    dependencies,
    retainOnDelete: false,
  });
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  assert.deepEqual(
    resources
      .map(({ type, name, parent, dependencies, retainOnDelete }) => ({ type, name, parent, dependencies, retainOnDelete }))
      .toSorted(byName),
    [
      component("talos-cilium-cni:index:TalosCiliumCni", "net", "", []),
      retainedPatch("kubernetes:core/v1:NamespacePatch", "net-cilium"),
      ...crds.map((name) => retainedPatch(crdType, `net-${name}`)),
      component("kubernetes:helm.sh/v4:Chart", "net", "net", retained.toSorted()),
      component("talos-cilium-cni:index:CiliumLoadBalancer", "net-lb", "net", ["net"]),
      custom("v2:CiliumLoadBalancerIPPool", "net-lb-one", ["net"]),
      custom("v2:CiliumLoadBalancerIPPool", "net-lb-two", ["net", "net-lb-one"]),
      custom("v2alpha1:CiliumL2AnnouncementPolicy", "net-lb-lan", ["net", "net-lb-one"]),
    ].toSorted(byName),
  );
});

test("the chart gets the values of the manifest, and an absolute path of the archive", async () => {
  new TalosCiliumCni("same", { ...withoutCrds, podCidr: "10.42.0.0/16" });
  const { chart, values, name, namespace } = inputsOf(await registrationsOf("same", "same"), ":Chart");
  assert(isAbsolute(chart as string));
  assert.match(chart as string, /\/talos-cilium-cni\/staged\/[0-9a-f]{64}\.tgz$/);
  assert(readFileSync(chart as string).length > 0);
  assert.deepEqual([name, namespace], ["cilium", "kube-system"]);
  const plan = createPlan({ ...chartArgs(), podCidr: "10.42.0.0/16" });
  assert.deepEqual(values, JSON.parse(JSON.stringify(plan.values)));
});

test("if no folder is writable for the archive, the component fails and no child is created", () => {
  const { XDG_CACHE_HOME, TMPDIR } = process.env;
  Object.assign(process.env, { XDG_CACHE_HOME: "/dev/null/cache", TMPDIR: "/dev/null/tmp" });
  try {
    assert.throws(
      () => new TalosCiliumCni("nowhere", withoutCrds),
      (error: Error) => error instanceof pulumi.ResourceError && /^chart(\.path)?: .*ENOTDIR/.test(inspect(error)),
    );
  } finally {
    // Restore the variables one by one, because os.tmpdir() does not read an object that replaces process.env.
    for (const [name, before] of Object.entries({ XDG_CACHE_HOME, TMPDIR })) {
      if (before === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before;
    }
  }
  assert(!registered.some(({ parent }) => parent === "nowhere"));
});

test("the Namespace and the CRDs have the same field manager in all stacks, and no status", async () => {
  new TalosCiliumCni("shared", { ...chartDelivery, namespace: "cilium" });
  const resources = await registrationsOf("shared", "shared");
  const owner = { "pulumi.com/patchFieldManager": "talos-cilium-cni" };
  assert.deepEqual(inputsOf(resources, ":NamespacePatch")["metadata"], {
    name: "cilium",
    labels: Object.fromEntries(["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "privileged"])),
    annotations: owner,
  });
  const { spec, metadata, status } = inputsOf(resources, ":CustomResourceDefinitionPatch") as Record<
    string,
    Record<string, object>
  >;
  assert.partialDeepStrictEqual(metadata, { annotations: { ...owner, "gateway.networking.k8s.io/bundle-version": "v1.2.0" } });
  assert.equal(spec?.["group"], "gateway.networking.k8s.io");
  assert.equal(status, undefined);
});

test("without Gateway API or with installCrds false, no CRDs are installed; a warning names the needed ones", async () => {
  const own = new TalosCiliumCni("own", withoutCrds);
  new TalosCiliumCni("off", { ...chartDelivery, gatewayApi: { enabled: false, crdsPath } });
  for (const name of ["own", "off"]) {
    const types = (await registrationsOf(name, name)).map(({ type }) => type);
    assert.deepEqual(types, ["talos-cilium-cni:index:TalosCiliumCni", "kubernetes:helm.sh/v4:Chart"]);
  }
  assert.match((await value(own.warnings)).join(), /^gatewayApi\.installCrds: .*\/v1\.4\.1\/standard-install\.yaml$/);
});

test("values with a private key are secret, and so are the objects that contain it", async () => {
  const key = "-----BEGIN PRIVATE KEY-----";
  new TalosCiliumCni("key", { ...withoutCrds, values: { extraConfig: { key } } });
  const resources = await registrationsOf("key", "key");
  assert(isSecretInput(inputsOf(resources, ":Chart")["values"]));
  assert(isSecretInput(inputsOf(resources, ":TalosCiliumCni")["values"]));

  const { data } = transformed(resources, "cilium-config");
  assert(isSecretInput(data));
  assert.equal(transformed(resources, "cilium-envoy-config").data, "data");
});

test("Pulumi takes over the fields of the chart's objects and of the pools", async () => {
  new TalosCiliumCni("owner", { ...withoutCrds, loadBalancer: { ipPools: pools } });
  const resources = await registrationsOf("owner", "owner-lb-two");
  const annotations = { "pulumi.com/patchForce": "true" };
  assert.deepEqual(transformed(resources, "cilium-config").metadata.annotations, { own: "yes", ...annotations });
  assert.deepEqual(inputsOf(resources, ":CiliumLoadBalancerIPPool")["metadata"], { name: "one", annotations });
});

test("the chart's Namespaces get the labels that they have in the manifest", async () => {
  const spire = { authentication: { enabled: true, mutual: { spire: { enabled: true, install: { enabled: true } } } } };
  const args = { ...withoutCrds, values: { ...spire, commonLabels: { own: "label" } } };
  new TalosCiliumCni("labels", args);
  const resources = await registrationsOf("labels", "labels");
  const namespaces = createPlan(args)
    .manifest.entries.map(({ object }) => object)
    .filter(({ kind }) => kind === "Namespace");
  assert.deepEqual(namespaces.map(({ metadata }) => metadata.name).toSorted(), ["cilium-secrets", "cilium-spire"]);
  for (const { metadata } of namespaces) {
    const { labels } = transformed(resources, metadata.name, "Namespace").metadata;
    assert.deepEqual(labels, metadata["labels"]);
    assert.equal(labels["pod-security.kubernetes.io/enforce"], metadata.name === "cilium-spire" ? "privileged" : undefined);
  }
  assert.deepEqual(transformed(resources, "elsewhere", "Namespace").metadata.labels, { own: "label" });
});

/** The properties of one of the chart's objects after the Chart's transform. */
function transformed(resources: readonly RegisteredResource[], name: string, kind = "ConfigMap") {
  const [transform] = resources.find(({ type }) => type.endsWith(":Chart"))?.transforms ?? [];
  const metadata = { name, annotations: { own: "yes" }, labels: { own: "label" } };
  const result = transform?.({
    type: `kubernetes:core/v1:${kind}`,
    name,
    custom: true,
    opts: {},
    props: {
      apiVersion: "v1",
      kind,
      metadata: kind === "Namespace" ? metadata : { ...metadata, namespace: "kube-system" },
      data: "data",
    },
  }) as { props: { data: unknown; metadata: { annotations: object; labels: Record<string, string> } } } | undefined;
  return result?.props ?? assert.fail("the object is not transformed");
}

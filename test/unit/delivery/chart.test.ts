import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { after, mock, test } from "node:test";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { CiliumLoadBalancer } from "../../../components/ciliumLoadBalancer.ts";
import { createPlan } from "../../../components/plan.ts";
import { TalosCiliumCni } from "../../../components/talosCiliumCni.ts";
import { chartArgs } from "../../harness/charts.ts";
import { eventually } from "../../harness/cluster.ts";
import { isSecretInput, recordRegistrations, value } from "../../harness/mocks.ts";
import { readGatewayApiCrds } from "../../harness/suiteData.ts";

const registered = await recordRegistrations();
const folder = mkdtempSync(join(tmpdir(), "chart-delivery-"));
after(() => {
  rmSync(folder, { recursive: true });
});
const crdsPath = join(folder, "standard-install.yaml");
writeFileSync(crdsPath, readGatewayApiCrds("v1.2.0"));
const chartDelivery = { ...chartArgs(), delivery: "chart", gatewayApi: { crdsPath } } as const;

/** What a component asks the engine for; the last to be asked for is named. */
async function requested(component: string, last: string) {
  await eventually(
    () => registered.some(({ name, parent }) => name === last && parent.startsWith(component)),
    `${last} is missing`,
  );
  return registered.filter(({ name }) => name === component || name.startsWith(`${component}-`));
}
const inputsOf = (resources: typeof registered, type: string) =>
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
  const resources = await requested("net", "net-lb-lan");
  const first = ["net-cilium", ...crds.map((crd) => `net-${crd}`)];
  const kept = (type: string, name: string) => ({ type, name, parent: "net", dependencies: [], retainOnDelete: true });
  const crd = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinitionPatch";
  const custom = (kind: string, name: string, dependencies: readonly string[]) => ({
    type: `kubernetes:cilium.io/${kind}`,
    name,
    parent: "net-lb",
    dependencies,
    retainOnDelete: false,
  });
  const component = (type: string, name: string, parent: string, dependencies: readonly string[]) => ({
    ...{ type, name, parent, dependencies },
    retainOnDelete: false,
  });
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  assert.deepEqual(
    resources
      .map(({ type, name, parent, dependencies, retainOnDelete }) => ({ type, name, parent, dependencies, retainOnDelete }))
      .toSorted(byName),
    [
      component("talos-cilium-cni:index:TalosCiliumCni", "net", "", []),
      kept("kubernetes:core/v1:NamespacePatch", "net-cilium"),
      ...crds.map((name) => kept(crd, `net-${name}`)),
      component("kubernetes:helm.sh/v4:Chart", "net", "net", first.toSorted()),
      component("talos-cilium-cni:index:CiliumLoadBalancer", "net-lb", "net", ["net"]),
      custom("v2:CiliumLoadBalancerIPPool", "net-lb-one", ["net"]),
      custom("v2:CiliumLoadBalancerIPPool", "net-lb-two", ["net", "net-lb-one"]),
      custom("v2alpha1:CiliumL2AnnouncementPolicy", "net-lb-lan", ["net", "net-lb-one"]),
    ].toSorted(byName),
  );
});

test("the chart gets the values of the manifest, and the archive by a path that its provider finds from anywhere", async () => {
  new TalosCiliumCni("same", { ...chartDelivery, podCidr: "10.42.0.0/16" });
  const last = "same-gateways.gateway.networking.k8s.io";
  const { chart, values, name, namespace } = inputsOf(await requested("same", last), ":Chart");
  assert(isAbsolute(chart as string));
  assert.match(chart as string, /\/talos-cilium-cni\/staged\/[0-9a-f]{64}\.tgz$/);
  assert(readFileSync(chart as string).length > 0);
  assert.deepEqual([name, namespace], ["cilium", "kube-system"]);
  const manifest = createPlan({ ...chartArgs(), podCidr: "10.42.0.0/16" });
  assert.deepEqual(values, JSON.parse(JSON.stringify(manifest.values)));
});

test("an archive that can be written nowhere is one error of the component, and nothing is registered", () => {
  const { XDG_CACHE_HOME, TMPDIR } = process.env;
  const given = { ...chartDelivery, gatewayApi: { enabled: false } };
  Object.assign(process.env, { XDG_CACHE_HOME: "/dev/null/cache", TMPDIR: "/dev/null/tmp" });
  try {
    assert.throws(
      () => new TalosCiliumCni("nowhere", given),
      (error: Error) => error instanceof pulumi.ResourceError && /^chart(\.path)?: .*ENOTDIR/.test(inspect(error)),
    );
  } finally {
    // Not another object: os.tmpdir() reads the environment itself.
    for (const [name, before] of Object.entries({ XDG_CACHE_HOME, TMPDIR })) {
      if (before === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before;
    }
  }
  assert(!registered.some(({ parent }) => parent === "nowhere"));
});

test("what is shared with others is one owner's in all stacks, without what the API server adds", async () => {
  new TalosCiliumCni("shared", { ...chartDelivery, namespace: "cilium" });
  const resources = await requested("shared", "shared");
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

test("without Gateway API, or with CRDs of the user's, none are installed, and the user is told which are needed", async () => {
  const own = new TalosCiliumCni("own", { ...chartDelivery, gatewayApi: { installCrds: false } });
  new TalosCiliumCni("off", { ...chartDelivery, gatewayApi: { enabled: false, crdsPath } });
  for (const name of ["own", "off"]) {
    const types = (await requested(name, name)).map(({ type }) => type);
    assert.deepEqual(types, ["talos-cilium-cni:index:TalosCiliumCni", "kubernetes:helm.sh/v4:Chart"]);
  }
  assert.match((await value(own.warnings)).join(), /^gatewayApi\.installCrds: .*\/v1\.2\.0\/standard-install\.yaml$/);
});

test("values that hold a key are secret, and so are the objects they end in", async () => {
  const key = "-----BEGIN PRIVATE KEY-----";
  new TalosCiliumCni("key", { ...chartDelivery, values: { extraConfig: { key } } });
  const resources = await requested("key", "key");
  assert(isSecretInput(inputsOf(resources, ":Chart")["values"]));
  assert(isSecretInput(inputsOf(resources, ":TalosCiliumCni")["values"]));

  const { data } = transformed(resources, "cilium-config");
  assert(isSecretInput(data));
  assert.equal(transformed(resources, "cilium-envoy-config").data, "data");
});

test("what is the stack's alone is changed by Pulumi whoever has made it", async () => {
  new TalosCiliumCni("owner", { ...chartDelivery, loadBalancer: { ipPools: pools } });
  const resources = await requested("owner", "owner-lb-two");
  const annotations = { "pulumi.com/patchForce": "true" };
  assert.deepEqual(transformed(resources, "cilium-config").metadata.annotations, { kept: "yes", ...annotations });
  assert.deepEqual(inputsOf(resources, ":CiliumLoadBalancerIPPool")["metadata"], { name: "one", annotations });
});

/** What the transform of the Chart makes of one of its objects. */
function transformed(resources: typeof registered, name: string) {
  const [transform] = resources.find(({ type }) => type.endsWith(":Chart"))?.transforms ?? [];
  const metadata = { name, namespace: "kube-system", annotations: { kept: "yes" } };
  const result = transform?.({
    ...{ type: "kubernetes:core/v1:ConfigMap", name, custom: true, opts: {} },
    props: { apiVersion: "v1", kind: "ConfigMap", metadata, data: "data" },
  }) as { props: { data: unknown; metadata: { annotations: object } } } | undefined;
  return result?.props ?? assert.fail("the object is not transformed");
}

test("CiliumLoadBalancer stands alone, after a bootstrap", async () => {
  new CiliumLoadBalancer("alone", { ciliumVersion: "1.18.4", ipPools: pools });
  const [component, first, second, ...rest] = await requested("alone", "alone-two");
  assert.deepEqual([component?.type, component?.parent], ["talos-cilium-cni:index:CiliumLoadBalancer", ""]);
  assert.deepEqual([first?.parent, first?.dependencies, second?.dependencies], ["alone", [], ["alone-one"]]);
  assert.deepEqual(first?.inputs["spec"], { blocks: [{ cidr: "192.168.1.200/29" }] });
  assert.deepEqual(rest, []);
});

test("its wrong inputs are named as they are given to it", () => {
  const ipPools = [{ name: "lan", blocks: [{ cidr: "192.168.1.0/33" }] }];
  assert.throws(
    () => new CiliumLoadBalancer("wrong", { ipPools, operatorTimeout: "soon" }),
    /^[^]*2 inputs cannot work:\n {2}ipPools\[0\]\.blocks\[0\]\.cidr: .*\n {2}operatorTimeout: "soon" is not a valid Go duration/,
  );
});

test("its pools are checked against the ranges and the LAN that it is told", () => {
  const make = (args: object) => new CiliumLoadBalancer("told", { ipPools: pools, ...args });
  assert.throws(() => make({ lan: { nodes: ["192.168.1.201"] } }), /^[^]*ipPools\[0\]\.blocks\[0\]: .* contains lan\.nodes\[0\]/);
  assert.throws(
    () => make({ podCidr: "192.168.0.0/16" }),
    /^[^]*ipPools\[0\]\.blocks\[0\]: .* is inside podCidr 192\.168\.0\.0\/16/,
  );
});

test("a warning is logged once, by the component that the user has made", () => {
  const warned = mock.method(pulumi.log, "warn", () => Promise.resolve());
  const dhcp = { lan: { dhcpRange: "192.168.1.200-192.168.1.250" } };
  const said = () => {
    const messages = warned.mock.calls.map(({ arguments: [message] }) => String(message).replace(/ .*$/, ""));
    warned.mock.resetCalls();
    return messages;
  };
  new CiliumLoadBalancer("warns", { ipPools: pools, ...dhcp });
  assert.deepEqual(said(), ["ipPools[0].blocks[0]:", "ipPools[1].blocks[0]:"]);
  new TalosCiliumCni("warned", { ...chartDelivery, loadBalancer: { ipPools: pools }, ...dhcp });
  assert.deepEqual(said(), ["loadBalancer.ipPools[0].blocks[0]:", "loadBalancer.ipPools[1].blocks[0]:"]);
  warned.mock.restore();
});

test("what Pulumi's Chart would leave out, or make twice, is a problem", () => {
  const refused = (args: object) => () => createPlan({ ...chartDelivery, ...args });
  assert.throws(
    refused({ values: { hubble: { enabled: true, tls: { auto: { method: "cronJob" } } } } }),
    /^[^]*values: make Job kube-system\/hubble-generate-certs.* of Cilium 1\.18\.4, a Helm hook/,
  );
  assert.throws(refused({ hubble: { enabled: true } }), /hubble\.enabled: cannot be true with delivery chart and Cilium 1\.18: /);
  assert.throws(refused({ namespace: "cilium-secrets" }), /^[^]*namespace: cilium-secrets is a namespace that the chart creates/);
});

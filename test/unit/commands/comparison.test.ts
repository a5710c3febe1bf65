import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ComparedPlan, describeChanges } from "../../../commands/lib/comparison.ts";
import { createManifest } from "../../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../../components/kubernetes/yaml.ts";

const object = (kind: string, name: string, content: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  ...content,
});
const plan = (objects: readonly KubernetesObject[], secret: readonly string[] = []): ComparedPlan => ({
  manifest: createManifest(objects),
  loadBalancer: undefined,
  secretObjects: new Set(secret),
});
const compare = (before: readonly KubernetesObject[], after: readonly KubernetesObject[]) =>
  describeChanges(plan(before), plan(after));

const image = (version: string, digit: string) => `quay.io/cilium/cilium:v${version}@sha256:${digit.repeat(64)}`;
const daemonSet = (container: object, annotations?: object) =>
  object("DaemonSet", "agent", {
    spec: { template: { metadata: { annotations }, spec: { containers: [{ name: "agent", ...container }] } } },
  });

test("objects and fields are listed with their sign, old and new value, and the numbers of objects come last", () => {
  const before = [object("ConfigMap", "a", { data: { one: "1", two: "true", three: "x" } }), object("Role", "gone")];
  const after = [object("ConfigMap", "a", { data: { one: "2", three: "y", four: "" } }), object("Role", "new")];
  assert.deepEqual(compare(before, after), [
    "~ ConfigMap a",
    '    ~ data.one: "1" -> "2"',
    '    - data.two: "true"',
    "    ~ data.three: x -> y",
    '    + data.four: ""',
    "- Role gone",
    "+ Role new",
    "",
    "1 new, 1 gone, 1 different",
  ]);
  assert.deepEqual(compare(before, before), ["no object changes"]);
});

test("pools and policies are compared too", () => {
  const pool = (cidr: string) => createManifest([object("CiliumLoadBalancerIPPool", "lan", { spec: { blocks: [{ cidr }] } })]);
  const before = { ...plan([]), loadBalancer: pool("192.168.1.0/29") };
  assert.deepEqual(describeChanges(before, { ...plan([]), loadBalancer: pool("192.168.1.0/28") }), [
    "~ CiliumLoadBalancerIPPool lan",
    "    ~ spec.blocks[0].cidr: 192.168.1.0/29 -> 192.168.1.0/28",
    "",
    "0 new, 0 gone, 1 different",
  ]);
  assert.match(describeChanges(before, plan([])).join("\n"), /^- CiliumLoadBalancerIPPool lan$/m);
});

test("an image is shortened, and written once for all containers", () => {
  const pod = (version: string, digit: string) => ({ image: image(version, digit) });
  const initContainers = (version: string, digit: string) => [{ name: "init", image: image(version, digit) }];
  const withInit = (version: string, digit: string) =>
    object("Pod", "agent", {
      spec: { containers: [{ name: "agent", ...pod(version, digit) }], initContainers: initContainers(version, digit) },
    });
  assert.deepEqual(compare([withInit("1.18.4", "a")], [withInit("1.19.6", "b")]).slice(0, -2), [
    "~ Pod agent",
    "    ~ spec.containers[agent].image",
    "      spec.initContainers[init].image",
    "        quay.io/cilium/cilium:v1.18.4@sha256:aaaaaaaaaaaa...",
    "     -> quay.io/cilium/cilium:v1.19.6@sha256:bbbbbbbbbbbb...",
  ]);
});

test("checksums are left out, but the restart of the pods is not", () => {
  const key = "cilium.io/cilium-configmap-checksum";
  const summary = ["", "0 new, 0 gone, 1 different"];
  for (const [before, after] of [
    [{ [key]: "1" }, { [key]: "2" }],
    [undefined, { [key]: "2" }],
    [
      { [key]: "1", other: "x" },
      { "checksum/config": "2", other: "x" },
    ],
  ])
    assert.deepEqual(compare([daemonSet({}, before)], [daemonSet({}, after)]), [
      "~ DaemonSet agent (its pods restart)",
      ...summary,
    ]);
  assert.deepEqual(compare([daemonSet({}, { [key]: "1", other: "x" })], [daemonSet({}, { [key]: "2", other: "y" })]), [
    "~ DaemonSet agent (its pods restart)",
    "    ~ spec.template.metadata.annotations.other: x -> y",
    ...summary,
  ]);
  // Data that is called like this is no repetition.
  const data = (sum: string) => object("ConfigMap", "a", { data: { checksum: sum, labels: { nested: sum } } });
  assert.equal(compare([data("x")], [data("y")]).length, 5);
});

test("objects that only have the new version of the chart in their labels are counted", () => {
  const labelled = (name: string, version?: string) => ({
    ...object("Role", name),
    metadata: { name, labels: { app: "x", ...(version !== undefined && { "helm.sh/chart": version }) } },
  });
  assert.deepEqual(compare([labelled("a"), labelled("b", "1")], [labelled("a", "1"), labelled("b", "2")]), [
    "no object changes; 2 more only have the new version of the chart in their labels",
  ]);
});

test("a workload restarts only if its pods change", () => {
  const service = (replicas: number) => object("Deployment", "operator", { spec: { replicas, template: { spec: {} } } });
  assert.deepEqual(compare([service(1)], [service(2)]).slice(0, 2), ["~ Deployment operator", "    ~ spec.replicas: 1 -> 2"]);
});

test("of long values, the part that differs is printed", () => {
  const text = (end: string) => object("ConfigMap", "a", { data: { long: `${"x".repeat(1000)}${end}${"y".repeat(1000)}` } });
  const lines = compare([text("old")], [text("new")]);
  assert(lines.every((line) => line.length < 300));
  assert.match(lines.join("\n"), /\.\.\.x+oldy+\.\.\.\n {5}-> \.\.\.x+newy+\.\.\./);
});

test("no line has characters that a terminal acts on", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "ä", "\n", "\x1b", "\x7f", "\x9b", "\u202e", "[", '"') });
  fc.assert(
    fc.property(text, text, (key, value) => {
      const withData = (data: object) => object("ConfigMap", "a", { data, list: [{ name: value, x: 1 }] });
      const lines = compare([withData({ [key]: "1" })], [{ ...withData({ [key]: value, other: value }), list: [] }]);
      for (const line of lines) assert.doesNotMatch(line, /\p{C}/u);
    }),
  );
});

test("no field of an object that is secret on either side is printed", () => {
  fc.assert(
    fc.property(fc.uuid(), fc.constantFrom("before", "after", "both"), (secret, side) => {
      const isSecret = (...sides: string[]) => (sides.includes(side) ? ["ConfigMap a"] : []);
      const before = plan(
        [object("ConfigMap", "a", { data: { token: `1-${secret}`, [secret]: "1" } })],
        isSecret("before", "both"),
      );
      const after = plan([object("ConfigMap", "a", { data: { token: `2-${secret}` } })], isSecret("after", "both"));
      const lines = describeChanges(before, after);
      assert.equal(lines[0], "~ ConfigMap a (secret, so its fields are not printed)");
      assert(!lines.join("\n").includes(secret));
    }),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { problemLines } from "../../../components/support/problems.ts";
import { existingConfigProblems } from "../../../components/talos/existingConfig.ts";

const problemsIn = (config: string) => problemLines(existingConfigProblems(config, "config"));
const withManifests = (...names: readonly string[]) =>
  `cluster:\n  inlineManifests:\n${names.map((name) => `    - { name: ${name}, contents: "" }\n`).join("")}`;

test("a config without Cilium is accepted", () => {
  const configs = [
    "",
    "# nothing\n",
    "version: v1alpha1\nmachine: { type: controlplane }\ncluster:\n",
    withManifests("mine", "cilium-secrets", "Cilium"),
    "cluster: { extraManifests: ['https://example.com/gateway-api.yaml'] }\n",
    "version: v1alpha1\n---\napiVersion: v1alpha1\nkind: HostnameConfig\nname: cilium\n",
    "kind: KubeInlineManifestConfig\nname: mine\nmanifest: cilium\n",
  ];
  for (const config of configs) assert.deepEqual(problemsIn(config), [], config);
});

test("data of other types is left to Talos", () => {
  const configs = [
    "7\n",
    "[]\n",
    "cilium\n",
    "cluster: cilium\n",
    "cluster: []\n",
    "cluster: { inlineManifests: cilium, extraManifests: https://example.com/cilium.yaml }\n",
    "cluster: { inlineManifests: [cilium, null, 7, [], { name: 7 }, {}] }\n",
    "cluster: { inlineManifests: null, extraManifests: null }\n",
    "cluster: { extraManifests: [null, 7] }\n",
  ];
  for (const config of configs) assert.deepEqual(problemsIn(config), [], config);
});

test("an inline manifest with one of the component's names is a problem, in every document and form", () => {
  const configs: readonly (readonly [config: string, names: readonly string[]])[] = [
    [withManifests("cilium"), ["cilium"]],
    [withManifests("mine", "cilium-lb"), ["cilium-lb"]],
    [withManifests("cilium-lb", "cilium"), ["cilium-lb", "cilium"]],
    [`version: v1alpha1\n---\n${withManifests("cilium")}`, ["cilium"]],
    [`---\nkind: KubeInlineManifestConfig\nname: cilium\n---\n${withManifests("cilium-lb")}`, ["cilium-lb", "cilium"]],
    ['{"cluster":{"inlineManifests":[{"name":"cilium"}]}}', ["cilium"]],
  ];
  for (const [config, names] of configs) {
    const problems = problemsIn(config);
    assert.equal(problems.length, names.length, config);
    for (const [index, name] of names.entries()) {
      assert.match(
        problems[index] ?? "",
        new RegExp(`^config: already has an inline manifest "${name}", .*; remove it from cluster\\.inlineManifests`),
      );
    }
  }
});

test("every URL that loads Cilium is a problem, in capital letters too", () => {
  const urls = ["https://example.com/cilium-1.18.4.yaml", "https://example.com/gateway-api.yaml", "http://10.0.0.1/CILIUM/all"];
  assert.deepEqual(problemsIn(`cluster: { extraManifests: ${JSON.stringify(urls)} }\n`), [
    "config: also loads Cilium from http://10.0.0.1/CILIUM/all; remove this line from cluster.extraManifests",
    "config: also loads Cilium from https://example.com/cilium-1.18.4.yaml; remove this line from cluster.extraManifests",
  ]);
});

test("a config that is not valid YAML is one problem in one line", () => {
  for (const config of ["machine: [\n", "a: b: c\n", "version: v1alpha1\n---\nmachine: {\n", "\tmachine: {}\n"]) {
    const problems = existingConfigProblems(config, "talos.workers[0].machineConfiguration");
    assert.equal(problems.length, 1, config);
    assert.match(problemLines(problems).join(""), /^talos\.workers\[0\]\.machineConfiguration: is not valid YAML: .+$/);
  }
});

test("an alias without its anchor is a problem", () => {
  assert.match(problemsIn("machine: *absent\n").join("\n"), /^config: is not (?:valid YAML|a valid machine config): .*absent/);
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import {
  agentCapabilities,
  capabilitiesIn,
  capabilityLists,
  envoyBindsLowPorts,
  envoyCapabilities,
  envoyList,
  gives,
} from "../../../components/cilium/capabilities.ts";
import { ciliumValues } from "../../../components/cilium/values.ts";
import { type HelmValues, valueAt } from "../../../components/helm/values.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import type { KubernetesObject } from "../../../components/kubernetes/yaml.ts";
import { merge } from "../../../components/support/merge.ts";
import { chartFolder, releases } from "../../harness/charts.ts";
import { renderInputs } from "../../harness/renderInputs.ts";

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly securityContext?: { readonly capabilities?: { readonly add?: readonly string[] | null } };
}

function containersIn(objects: readonly KubernetesObject[]): readonly Container[] {
  return objects.flatMap(({ spec }) => {
    const pod = valueAt((spec ?? {}) as HelmValues, "template.spec") as Record<string, readonly Container[]> | undefined;
    return [...(pod?.["initContainers"] ?? []), ...(pod?.["containers"] ?? [])];
  });
}

const setAt = (path: string, value: unknown): HelmValues =>
  path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as HelmValues;

for (const { ciliumVersion } of releases) {
  test(`the lists are those of the chart of Cilium ${ciliumVersion}, without what Talos withholds`, () => {
    const chartValues = parse(readFileSync(join(chartFolder(ciliumVersion), "values.yaml"), "utf8")) as HelmValues;
    for (const { path, defaultList } of capabilityLists) {
      const ofChart = valueAt(chartValues, path) as readonly string[];
      // SYSLOG came with 1.19, for messages that the agent does without.
      assert.deepEqual(
        defaultList,
        ofChart.filter((name) => !["SYS_MODULE", "SYSLOG"].includes(name)),
        path,
      );
    }
  });

  test(`Cilium ${ciliumVersion}: a list applies if and only if the chart gives it to the container`, () => {
    const list = ["NET_ADMIN"];
    const lists = merge<HelmValues>({}, ...capabilityLists.map(({ path }) => setAt(path, list)));
    for (const switches of [
      {},
      { cgroup: { autoMount: { enabled: true } } },
      { sysctlfix: { enabled: false } },
      { envoy: { enabled: false } },
      { l7Proxy: false, gatewayAPI: { enabled: false } },
      { upgradeCompatibility: "1.15" },
      { upgradeCompatibility: "1.16" },
      { securityContext: { privileged: true } },
      { envoy: { securityContext: { privileged: true } } },
    ]) {
      const values = ciliumValues(resolveSettings({ ciliumVersion, values: merge(switches, lists) }));
      const containers = containersIn(renderInputs({ ciliumVersion }, values).objects);
      for (const { path, container, applies } of capabilityLists) {
        const rendered = containers.find(({ name }) => name === container)?.securityContext?.capabilities?.add;
        assert.equal(
          JSON.stringify(rendered) === JSON.stringify(list),
          applies(values),
          `${path} with ${JSON.stringify(switches)}`,
        );
      }
    }
  });
}

test("without a list in the values, a container has the chart's; null and an empty list give it nothing", () => {
  assert.deepEqual(capabilitiesIn({}, envoyCapabilities), ["NET_ADMIN", "SYS_ADMIN"]);
  assert.deepEqual(capabilitiesIn({ envoy: null }, envoyCapabilities), ["NET_ADMIN", "SYS_ADMIN"]);
  for (const list of [null, []]) assert.deepEqual(capabilitiesIn(setAt(envoyCapabilities.path, list), envoyCapabilities), []);
  assert.deepEqual(capabilitiesIn(setAt(agentCapabilities.path, ["BPF"]), agentCapabilities), ["BPF"]);
});

test("a list gives what it names in either case, and everything if it names ALL", () => {
  assert(gives(["net_admin"], "NET_ADMIN"));
  assert(gives(["BPF"], "SYS_ADMIN", "BPF"));
  assert(gives(["all"], "SYS_ADMIN"));
  assert(!gives([], "SYS_ADMIN"));
  assert(!gives(["SYS_ADMINISTRATOR"], "SYS_ADMIN"));
});

test("Envoy binds low ports if its container has the capability and Envoy keeps it", () => {
  const keep = setAt("envoy.securityContext.capabilities.keepCapNetBindService", true);
  const embedded = { envoy: { enabled: false } };
  const inEnvoy = setAt(envoyCapabilities.path, ["NET_BIND_SERVICE"]);
  const inAgent = setAt(agentCapabilities.path, ["NET_BIND_SERVICE"]);
  const binds = (...all: readonly HelmValues[]) => envoyBindsLowPorts(merge<HelmValues>({}, ...all));
  assert.deepEqual([binds(), binds(keep), binds(inEnvoy), binds(keep, inEnvoy)], [false, false, false, true]);
  assert.deepEqual([binds(keep, inAgent), binds(keep, inAgent, embedded), binds(keep, inEnvoy, embedded)], [false, true, false]);
  assert(binds(keep, setAt("envoy.securityContext.privileged", true)));
  assert.equal(envoyList({}), envoyCapabilities);
  assert.equal(envoyList(embedded), agentCapabilities);
});

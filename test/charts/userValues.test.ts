import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import { validate } from "../../components/checks/validate.ts";
import { readSchema } from "../../components/helm/chartContents.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { missingObjects } from "../../components/kubernetes/references.ts";
import { run } from "../../tools/childProcess.mjs";
import { peerValues } from "../fixtures/peerValues.ts";
import { withoutAdvisories } from "../harness/advisories.ts";
import { chartArgs, chartFolder, releases, renderWithHelm } from "../harness/charts.ts";
import { renderInputs } from "../harness/renderInputs.ts";

const folder = mkdtempSync(join(tmpdir(), "chart-values-"));
after(() => {
  rmSync(folder, { recursive: true });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The paths of the values that the schema does not have. */
function pathsMissingIn({ properties = {} }: Schema, values: unknown, parents: readonly string[] = []): readonly string[] {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return [];
  return Object.entries(values).flatMap(([key, member]) => {
    const path = [...parents, key];
    const memberSchema = properties[key];
    if (memberSchema === undefined) return [path.join(".")];
    return pathsMissingIn(memberSchema, member, path);
  });
}

for (const { ciliumVersion } of releases) {
  test(`the chart schema of Cilium ${ciliumVersion} has every key of values.yaml, and is the same in the archive`, () => {
    const path = chartFolder(ciliumVersion);
    const schema = readSchema({ path });
    assert.deepEqual(pathsMissingIn(schema, parse(readFileSync(join(path, "values.yaml"), "utf8"))), []);
    run("helm", ["package", path, "--destination", folder]);
    assert.deepEqual(readSchema({ path: join(folder, `cilium-${ciliumVersion}.tgz`) }), schema);
  });
}

/** The problems that the checks report for these inputs; they must not warn. */
function problemsOf(args: TalosCiliumCniArgs): readonly [input: string, message: string][] {
  const { errors, warnings } = validate(args);
  if (errors.length === 0) assert.deepEqual(withoutAdvisories(warnings), []);
  return errors.map(({ input, message }) => [input, message] as [string, string]).toSorted();
}

for (const [name, { ciliumVersion, inputs, values, wrong = [] }] of Object.entries(peerValues)) {
  test(`the values of ${name} raise no false alarm`, () => {
    const problems = problemsOf({ ...chartArgs(ciliumVersion), ...inputs, values });
    assert.deepEqual(
      problems.map(([input]) => input),
      wrong,
    );
  });
}

test("no pod of another project waits for a Secret or ConfigMap that nothing creates", () => {
  for (const [name, { ciliumVersion, inputs, values }] of Object.entries(peerValues)) {
    const { objects } = renderInputs({ ciliumVersion, ...inputs, values });
    assert.deepEqual(missingObjects(objects), [], name);
  }
});

test("the error for the old script's values names the key that Cilium has instead", () => {
  const { inputs, values } = peerValues["tommy31/homelab-talos-cni"] ?? assert.fail("peerValues lacks the old script");
  const [[, message] = ["", ""]] = problemsOf({ ...chartArgs(), ...inputs, values });
  assert.match(message, /^is not a value of Cilium 1\.19\.6 and changes nothing; did you mean bpf\.lbExternalClusterIP\?/);
});

// Helm renders all of these without an error, which is why the checks have to reject them.
const unworkable: readonly TalosCiliumCniArgs[] = [
  { values: { routingMode: "vxlan" }, routing: { directRoutes: false } },
  { values: { ipv4NativeRoutingCIDR: null } },
  { values: { autoDirectNodeRoutes: true }, routing: { mode: "tunnel" } },
  { values: { bpf: { masquerade: true } } },
  { values: { kubeProxyReplacement: false }, gatewayApi: { enabled: false } },
  { values: { hubble: { enabled: true, tls: { auto: { method: "helm" } } } } },
  { values: { defaultLBServiceIPAM: "lb-ipam" } },
  { values: { securityContext: { capabilities: { ciliumAgent: ["NETADMIN"] } } } },
  { values: { l2announcements: { leaseDuration: "1s" } } },
  { values: { lbExternalClusterIP: true } },
];

// From 1.19 on, the chart itself fails when it has no cluster to ask.
test("Cilium 1.18 renders `k8sServiceHost: auto` as a host name, which is why the checks reject it", () => {
  assert.match(JSON.stringify(renderWithHelm({ ciliumVersion: "1.18.4", values: { k8sServiceHost: "auto" } })), /"value":"auto"/);
});

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion}: values that cannot work are rejected, though Helm renders them`, () => {
    for (const args of unworkable) {
      assert(renderWithHelm({ ...args, ciliumVersion }).length > 15);
      assert.equal(problemsOf({ ...args, ...chartArgs(ciliumVersion) }).length, 1, JSON.stringify(args));
    }
  });
}

// components/cilium/devices.ts splits the value as the agent splits what the chart renders.
for (const { ciliumVersion } of releases) {
  test(`the chart of Cilium ${ciliumVersion} renders devices as text, and joins a list with blanks`, () => {
    for (const [devices, rendered] of [
      ["eth0", "eth0"],
      ["eth0, eth1", "eth0, eth1"],
      ["eth0 eth1", "eth0 eth1"],
      [["eth0", "eth1"], "eth0 eth1"],
      [["eth0", null, "eth1"], "eth0 eth1"],
      [["eth0,eth1", "!eth2"], "eth0,eth1 !eth2"],
      [[], ""],
      ["", ""],
    ] as const) {
      const { objects } = renderInputs({ ciliumVersion, values: { devices } });
      const config = objects.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "cilium-config");
      const { data } = config as unknown as { readonly data: Readonly<Record<string, string>> };
      assert.equal(data["devices"], rendered, JSON.stringify(devices));
    }
  });
}

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { readSchema } from "../../components/helm/chartSource.ts";
import { InputError } from "../../components/support/problems.ts";
import { validateWithChart } from "../../components/checks/validate.ts";
import { run } from "../../tools/childProcess.mjs";
import { chartArgs, chartFolder, renderWithHelm, releases } from "../harness/charts.ts";
import { peerValues } from "../fixtures/peerValues.ts";

const folder = mkdtempSync(join(tmpdir(), "chart-values-"));
after(() => {
  rmSync(folder, { recursive: true });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

function unknownTo({ properties = {} }: Schema, values: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return [];
  return Object.entries(values).flatMap(([key, member]) => {
    const inner = properties[key];
    return inner === undefined ? [[...path, key].join(".")] : unknownTo(inner, member, [...path, key]);
  });
}

for (const { ciliumVersion } of releases) {
  test(`the schema of ${ciliumVersion} knows every key of its values.yaml, and is the same in the archive`, () => {
    const path = chartFolder(ciliumVersion);
    const schema = readSchema({ path, warnings: [] });
    assert.deepEqual(unknownTo(schema, parse(readFileSync(join(path, "values.yaml"), "utf8"))), []);
    run("helm", ["package", path, "--destination", folder]);
    assert.deepEqual(readSchema({ path: join(folder, `cilium-${ciliumVersion}.tgz`), warnings: [] }), schema);
  });
}

/** The inputs that are named, with what is said of them. */
function refused(args: TalosCiliumCniArgs): readonly [input: string, message: string][] {
  try {
    assert.deepEqual(validateWithChart(args).warnings, []);
    return [];
  } catch (error) {
    assert(error instanceof InputError);
    return error.problems.map(({ input, message }) => [input, message] as [string, string]).toSorted();
  }
}

for (const [name, { ciliumVersion, inputs, values, wrong = [] }] of Object.entries(peerValues)) {
  test(`the values of ${name} raise no false alarm`, () => {
    const found = refused({ ...chartArgs(ciliumVersion), ...inputs, values });
    assert.deepEqual(
      found.map(([input]) => input),
      wrong,
    );
  });
}

test("of the old script's values, exactly the wrong key is named, and the right one with it", () => {
  const { inputs, values } = peerValues["tommy31/homelab-talos-cni"] ?? assert.fail("it is not there");
  const [[, message] = ["", ""]] = refused({ ...chartArgs(), ...inputs, values });
  assert.match(message, /^is not a Cilium 1\.18\.4 value and changes nothing; did you mean bpf\.lbExternalClusterIP\?/);
});

// What makes the checks necessary: Helm alone is content with all of this.
const contradictions: readonly TalosCiliumCniArgs[] = [
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

test("1.18 renders the word auto as the API server's host; from 1.19 on the chart says so itself", () => {
  assert.match(JSON.stringify(renderWithHelm({ values: { k8sServiceHost: "auto" } })), /"value":"auto"/);
});

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion}: what Helm renders without a word is refused`, () => {
    for (const args of contradictions) {
      assert(renderWithHelm({ ...args, ciliumVersion }).length > 15);
      assert.equal(refused({ ...args, ...chartArgs(ciliumVersion) }).length, 1, JSON.stringify(args));
    }
  });
}

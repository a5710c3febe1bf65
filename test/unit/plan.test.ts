import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createPlan, examine } from "../../components/plan.ts";
import { InputError, problemLines } from "../../components/support/problems.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const folder = mkdtempSync(join(tmpdir(), "plan-"));
after(() => {
  rmSync(folder, { recursive: true });
});
const crdsPath = join(folder, "standard-install.yaml");
writeFileSync(crdsPath, readGatewayApiCrds("v1.2.0"));

const planFor = (args: TalosCiliumCniArgs) => createPlan({ ...chartArgs(), ...args });
const examineInputs = (args: TalosCiliumCniArgs) => examine({ ...chartArgs(), ...args });

const overlapping = { ...devStack, lan: { dhcpRange: "192.168.1.200-192.168.1.250" } };

test("examine collects the errors and warnings of inputs, values and chart at once, and makes no plan", () => {
  const { errors, warnings, plan } = examineInputs({
    ...overlapping,
    namespace: "A",
    routing: { mode: "native" },
    values: { misspelt: 1, routingMode: "vxlan" },
  });
  assert.deepEqual([...new Set(errors.map(({ input }) => input))].sort(), ["namespace", "values.misspelt", "values.routingMode"]);
  assert.match(problemLines(warnings).join("\n"), /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: /);
  assert.equal(plan, undefined);
});

test("examine reports what only the rendered objects show, together with the warnings of the inputs", () => {
  const { errors, warnings, plan } = examineInputs({
    ...overlapping,
    delivery: "chart",
    gatewayApi: { enabled: false },
    namespace: "cilium-secrets",
  });
  assert.match(problemLines(errors).join("\n"), /^namespace: cilium-secrets is a namespace that the chart creates/);
  assert.match(problemLines(warnings).join("\n"), /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: /m);
  assert.equal(plan, undefined);
});

test("createPlan throws the errors of examine as one InputError", () => {
  const args: TalosCiliumCniArgs = { podCidr: "x", namespace: "A", values: { namespaceOverride: "a" } };
  const { errors } = examineInputs(args);
  assert.throws(
    () => planFor(args),
    (error: unknown) => {
      assert(error instanceof InputError);
      assert.deepEqual(problemLines(error.problems), problemLines(errors));
      assert.match(error.message, /^3 inputs cannot work:\n {2}namespace: .*\n {2}podCidr: .*\n {2}values\.namespaceOverride: /);
      return true;
    },
  );
});

test("a value that Helm refuses is an InputError with Helm's own message", () => {
  assert.throws(() => examineInputs({ values: { cluster: { id: 5 } } }), {
    name: "InputError",
    message:
      /^values: Helm cannot render Cilium 1\.19\.6 .*The cluster name is invalid: cannot use default value with cluster\.id != 0/,
  });
});

test("a plan for the default inputs has Cilium's manifest, no secrets, and nothing for other deliveries", () => {
  const plan = planFor({});
  assert.match(plan.manifest.yaml, /^---\napiVersion: v1\nkind: Namespace\nmetadata:\n {2}name: cilium-secrets\n/);
  assert.deepEqual([plan.loadBalancer, plan.gatewayApi, plan.machineConfig], [undefined, [], undefined]);
  assert.deepEqual([plan.isSecret, [...plan.secretObjects], plan.images.isSecret], [false, [], false]);
  assert.deepEqual(plan.warnings, []);
  const components = plan.images.names.map((image) => /cilium\/([a-z-]+):v\d.*@sha256:[0-9a-f]{64}$/.exec(image)?.[1]);
  assert.deepEqual(components, ["cilium-envoy", "cilium", "operator-generic"]);
});

test("warnings do not prevent a plan, and pools have a manifest of their own", () => {
  const plan = planFor(overlapping);
  assert.match(problemLines(plan.warnings).join("\n"), /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: /);
  const names = (plan.loadBalancer?.entries ?? []).map(({ name }) => name);
  assert.deepEqual(names, ["CiliumLoadBalancerIPPool default-ip-pool", "CiliumL2AnnouncementPolicy default-l2-announcement"]);
  assert(!plan.manifest.entries.some(({ name }) => names.includes(name)));
});

test("delivery chart plans the Gateway API objects and the Namespace, and delivery machineConfig the patches", () => {
  const chart = planFor({ delivery: "chart", namespace: "cilium", gatewayApi: { crdsPath } });
  assert.equal(chart.gatewayApi.length, 5);
  assert.equal(chart.manifest.entries[0]?.name, "Namespace cilium");
  assert.equal(chart.machineConfig, undefined);

  const { machineConfig, gatewayApi } = planFor({ delivery: "machineConfig" });
  assert(machineConfig?.controlPlane.includes("name: cilium-config"));
  assert.deepEqual(gatewayApi, []);
});

test("a Secret makes the manifest secret, but neither the other objects nor the images", () => {
  const { isSecret, secretObjects, images } = planFor({
    ...chartArgs("1.18.4"),
    values: { azure: { enabled: true, clientSecret: "a" } },
  });
  assert.equal(isSecret, true);
  assert.deepEqual([...secretObjects], ["Secret kube-system/cilium-azure"]);
  assert.equal(images.isSecret, false);
});

test("secretValues make the manifest and what they change secret, even if they change nothing", () => {
  const changing = planFor({ secretValues: { extraConfig: { token: "t0ken-of-a-cloud" } } });
  assert.equal(changing.isSecret, true);
  assert(changing.secretObjects.has("ConfigMap kube-system/cilium-config"));
  assert(!changing.secretObjects.has("ServiceAccount kube-system/cilium"));
  assert.equal(changing.images.isSecret, false);

  const withoutEffect = planFor({ secretValues: { debug: { enabled: false } } });
  assert.deepEqual([withoutEffect.isSecret, [...withoutEffect.secretObjects]], [true, []]);
});

test("empty secretValues are no secret", () => {
  const { isSecret, secretObjects } = planFor({ secretValues: {} });
  assert.deepEqual([isSecret, secretObjects.size], [false, 0]);
});

test("images are secret if secretValues change one of them", () => {
  const { images } = planFor({ secretValues: { image: { override: "registry.internal/private/cilium:1" } } });
  assert(images.names.includes("registry.internal/private/cilium:1"));
  assert.equal(images.isSecret, true);
});

test("if Helm cannot render the other inputs alone, every object and the images are secret", () => {
  const { manifest, secretObjects, images } = planFor({
    values: { cluster: { id: 5 } },
    secretValues: { cluster: { name: "homelab" } },
  });
  assert.deepEqual(
    [...secretObjects],
    manifest.entries.map(({ name }) => name),
  );
  assert.equal(images.isSecret, true);
});

test("neither errors nor warnings nor Helm's message show a secret value", () => {
  const secret = "s3cr3t-n1c-";
  const loadBalancer = { l2Policies: [{ name: "lan", interfaces: ["^eth"] }] };
  const warned = examineInputs({ loadBalancer, secretValues: { devices: [`${secret}+`] } });
  assert.match(problemLines(warned.errors).join("\n"), /secretValues\.devices leaves to Cilium \(\[secret\]/);
  const refused = examineInputs({ secretValues: { routingMode: secret } });
  assert.match(problemLines(refused.errors).join("\n"), /^secretValues\.routingMode: is "\[secret\]"; allowed are/m);
  for (const { message } of [...warned.errors, ...warned.warnings, ...refused.errors, ...refused.warnings]) {
    assert(!message.includes("s3cr3t"), message);
  }
  assert.throws(
    () => examineInputs({ values: { cluster: { id: 5 } }, secretValues: { upgradeCompatibility: secret } }),
    (error: unknown) => error instanceof InputError && !error.message.includes("s3cr3t"),
  );
});

test("messages show no part of secret devices, however short it is", () => {
  const loadBalancer = { l2Policies: [{ name: "lan", interfaces: ["^wl"] }] };
  for (const devices of ["^s3c.*", "eth0, s3c", "!s3c", "!s3c,s3c+", "eth0 s3c", "eth0 s3c0123456789012345678"]) {
    const { errors, warnings } = examineInputs({ loadBalancer, secretValues: { devices } });
    const lines = problemLines([...errors, ...warnings]).join("\n");
    assert.match(lines, /secretValues\.devices/);
    assert(!lines.includes("s3c"), lines);
  }
});

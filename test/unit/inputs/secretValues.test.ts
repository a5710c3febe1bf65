import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { redactSecrets, redactText } from "../../../components/inputs/secretValues.ts";
import { createPlan } from "../../../components/plan.ts";
import { problem } from "../../../components/support/problems.ts";
import { TalosCiliumCni } from "../../../components/talosCiliumCni.ts";
import { chartArgs } from "../../harness/charts.ts";
import { eventually } from "../../harness/cluster.ts";
import { inputErrorOf } from "../../harness/inputErrors.ts";
import { isSecretInput, recordRegistrations, value } from "../../harness/mocks.ts";

const registered = await recordRegistrations();
const token = "t0ken-of-somebody-s-cloud";
const secretValues = { extraConfig: { "cloud-token": token } };
const make = (name: string, args: TalosCiliumCniArgs) => new TalosCiliumCni(name, { ...chartArgs(), ...args });
const sent = (name: string) => registered.find((resource) => resource.name === name)?.sent ?? {};

test("secretValues are merged over values, and reach the manifest", () => {
  const values = { extraConfig: { "cloud-token": "harmless", other: "stays" } };
  const { manifest } = createPlan({ ...chartArgs(), values, secretValues });
  assert.match(manifest.yaml, new RegExp(`^ {2}cloud-token: ${token}$`, "m"));
  assert.match(manifest.yaml, /^ {2}other: stays$/m);
});

test("the manifest, its digest and the objects that secretValues change are secret; the other outputs are not", async () => {
  const cni = make("secret", { secretValues });
  for (const output of [cni.manifest, cni.manifestSha256] as const) assert(await pulumi.isSecret(output));
  for (const output of [cni.images, cni.objects, cni.warnings] as const)
    assert.equal(await pulumi.isSecret(output as pulumi.Output<unknown>), false);
  const objects = await value(cni.objects);
  const secret = Object.keys(objects).filter((name) => objects[name] === "secret");
  // The pods that read the configuration have its checksum in an annotation.
  assert.deepEqual(secret.sort(), [
    "ConfigMap kube-system/cilium-config",
    "DaemonSet kube-system/cilium",
    "Deployment kube-system/cilium-operator",
  ]);
  await value(cni.urn);
  assert(isSecretInput(sent("secret")["secretValues"]));
  assert(!JSON.stringify({ ...sent("secret"), secretValues: undefined }).includes(token));
});

test("the images are secret if secretValues change them", async () => {
  const cni = make("image", { secretValues: { image: { override: "registry.internal/private/cilium:1" } } });
  assert(await pulumi.isSecret(cni.images));
});

test("the patches for machine configs are secret, as an output and where they are applied", async () => {
  const controlPlanes = [{ node: "10.0.0.1", machineConfiguration: "machine: {}\n" }];
  const clientConfiguration = { caCertificate: "a", clientCertificate: "b", clientKey: "c" };
  const cni = make("machines", { delivery: "machineConfig", secretValues, talos: { clientConfiguration, controlPlanes } });
  assert(await pulumi.isSecret(cni.machineConfigPatches));
  await eventually(() => registered.some(({ name }) => name === "machines-control-plane-0"), "no machine is configured");
  assert(isSecretInput(sent("machines-control-plane-0")["configPatches"]));
});

test("in delivery chart, the values and every part of the objects that may contain them are secret", async () => {
  const labelled = { ...secretValues, commonLabels: { "example.com/owner": "somebody-secret" } };
  make("chart", { delivery: "chart", gatewayApi: { enabled: false }, secretValues: labelled });
  const chart = () => registered.find(({ type, parent }) => type.endsWith(":Chart") && parent === "chart");
  await eventually(() => chart() !== undefined, "no chart is installed");
  assert(isSecretInput(chart()?.sent["values"]));
  const [transform] = chart()?.transforms ?? [];
  const metadata = { name: "cilium-config", namespace: "kube-system", labels: { a: "b" }, annotations: { c: "d" } };
  const props = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "cloud-token": token } };
  const result = await transform?.({ type: "kubernetes:core/v1:ConfigMap", name: "a", custom: true, opts: {}, props });
  const transformed = result?.props as { data: unknown; metadata: Record<string, unknown> };
  for (const part of [transformed.data, transformed.metadata["labels"], transformed.metadata["annotations"]])
    assert(isSecretInput(part));
  assert.equal(transformed.metadata["name"], "cilium-config");
});

/** The message of the error that these inputs cause. */
const errorFor = (args: TalosCiliumCniArgs): string => inputErrorOf(() => createPlan({ ...chartArgs(), ...args })).message;

test("no error contains a secret value, whichever check quotes it", () => {
  // Values that a check or Helm quotes in its message.
  const quotedValues: readonly Record<string, unknown>[] = [
    { ipam: { mode: { key: token } } },
    { operator: { replicas: token } },
    { misspelt: token },
    { namespaceOverride: token },
    { k8sServiceHost: "auto", namespaceOverride: `${token}\n"quoted"\n${"x".repeat(80)}` },
    { podAnnotations: { a: { b: token } } },
    { securityContext: { capabilities: { ciliumAgent: [token] } } },
    { defaultLBServiceIPAM: token },
    { ipv4NativeRoutingCIDR: token },
    { routingMode: token },
    { l2announcements: { leaseDuration: token } },
    { k8sServiceHost: token, kubeProxyReplacement: "probably", cluster: { name: token, id: token } },
    { extraConfig: token },
    { tls: { ca: { key: 5_550_123 } }, operator: { replicas: [5_550_123] } },
  ];
  for (const values of quotedValues) {
    const message = errorFor({ secretValues: values });
    assert(!message.includes(token), message);
    assert(!message.includes("5550123"), message);
    // A value that is too long for a message is cut, and its beginning must not appear either.
    assert(!message.includes(token.slice(0, 9)), message);
    assert.match(message, /secretValues|^values: /, message);
  }
});

test("a check names the input that the value comes from, values or secretValues", () => {
  const misspelt = { misspeltKey: "something" };
  assert.match(errorFor({ secretValues: misspelt }), /^secretValues\.misspeltKey: is not a value of Cilium/);
  assert.match(errorFor({ values: misspelt, secretValues }), /^values\.misspeltKey: is not a value of Cilium/);
});

test("warnings hide secrets like errors: in every form, and short ones only as whole words", () => {
  const messages = [`is "${token}"`, "is pin", "spinning 4711 times, 14711 not", btoa(token)];
  const { warnings } = redactSecrets({ a: token, short: "pin", number: 4711 }, () => ({
    errors: [],
    warnings: messages.map((message) => problem("values.a", message)),
  }));
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ['is "[secret]"', "is [secret]", "spinning [secret] times, 14711 not", "[secret]=="],
  );
});

test("an unexpected error does not contain a secret either", () => {
  assert.throws(
    () =>
      redactSecrets({ a: token }, () => {
        throw new Error(`cannot read ${token}`);
      }),
    { message: "Error: cannot read [secret]" },
  );
});

test("a text of another program is redacted: secrets as they are, and their base64", () => {
  const text = `"${token}" and ${Buffer.from(token).toString("base64")} and other`;
  assert.match(redactText(text, { a: [token] }), /^"\[secret\]" and \[secret\]=* and other$/);
  assert.equal(redactText("other", [token, undefined, null]), "other");
});

test("an Output as secretValues is rejected, and the error says what to use instead", () => {
  const output = pulumi.secret(secretValues);
  assert.match(
    errorFor({ secretValues: output }),
    /^secretValues: is an Output or a Promise; .*; give the plain object, such as config\.getObject\("secretValues"\) returns/,
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { objectChecks } from "../../../../components/checks/rendering/objects.ts";
import { runChecks } from "../../../../components/checks/run.ts";
import { resolveSettings } from "../../../../components/inputs/settings.ts";
import { createManifest } from "../../../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../../../components/kubernetes/yaml.ts";
import { problemLines } from "../../../../components/support/problems.ts";
import { values } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(objectChecks, {
  "a label, an annotation or a ConfigMap entry that is not text": [
    [
      values({ podAnnotations: { a: "b", c: true } }),
      /^values: make spec\.template\.metadata\.annotations\.c of DaemonSet kube-system\/cilium the boolean true; put it in quotes/,
    ],
  ],
  "a manifest with a Secret or a private key in it": [
    [
      values({ extraConfig: { pem: "-----BEGIN PRIVATE KEY-----" } }),
      /^values\.extraConfig\.pem: puts ConfigMap kube-system\/cilium-config into the manifest/,
    ],
  ],
});

const object = (kind: string, name: string, rest: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  ...rest,
});

/** The warnings about an object that the chart renders from a template, with the user's own values. */
function warningsAbout(rendered: KubernetesObject, template: string, values: Record<string, unknown> = {}): string {
  const subject = {
    settings: resolveSettings({ values }),
    values,
    rendered: [{ object: rendered, yaml: "", template }],
    manifest: createManifest([rendered]),
    chart: { path: "" },
    gatewayApi: [],
    machineConfig: undefined,
  };
  return problemLines(runChecks({ objectChecks }, subject).warnings).join("\n");
}

const key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n";
const config = object("ConfigMap", "a", { data: { key } });
const secret = object("Secret", "s");

test("the warning names the value that the object contains, as plain text or as base64", () => {
  assert.match(
    warningsAbout(config, "cilium-configmap.yaml", { extraConfig: { pem: key } }),
    /^values\.extraConfig\.pem: puts ConfigMap a into the manifest/,
  );
  const encoded = "c2VjcmV0IHNlY3JldA==";
  assert.match(
    warningsAbout(object("Secret", "s", { data: { "ca.key": encoded } }), "cilium-ca-secret.yaml", {
      tls: { ca: { key: encoded } },
    }),
    /^values\.tls\.ca\.key: puts Secret s/,
  );
});

test("without such a value, the warning names the value that makes the chart render the template", () => {
  assert.match(warningsAbout(secret, "hubble/tls-provided/server-secret.yaml"), /^values\.hubble\.tls: puts Secret s into/);
  assert.match(warningsAbout(secret, "cilium-operator/secret.yaml"), /^values\.azure: /);
});

test("for an unknown template, the warning names the template", () => {
  assert.match(
    warningsAbout(config, "cilium-configmap.yaml", { extraConfig: { key: "MIIE-and-16-more-characters" } }),
    /^values \(template cilium-configmap\.yaml\): /,
  );
});

test("an object without secret content causes no warning", () => {
  assert.equal(warningsAbout(object("ConfigMap", "a"), "x.yaml"), "");
});

test("a label, an annotation or a ConfigMap entry that is not text is an error that names its path", () => {
  const daemonSet = object("DaemonSet", "d", { spec: { template: { metadata: { annotations: { a: 1, b: "1" } } } } });
  const subject = {
    settings: resolveSettings({}),
    values: {},
    rendered: [
      { object: daemonSet, yaml: "", template: "" },
      { object: object("ConfigMap", "c", { data: { debug: true } }), yaml: "", template: "" },
    ],
    manifest: createManifest([]),
    chart: { path: "" },
    gatewayApi: [],
    machineConfig: undefined,
  };
  const [first = "", second = "", ...others] = problemLines(runChecks({ objectChecks }, subject).errors);
  assert.match(first, /^values: make data\.debug of ConfigMap c the boolean true; put it in quotes/);
  assert.match(second, /^values: make spec\.template\.metadata\.annotations\.a of DaemonSet d the number 1; put it in quotes/);
  assert.deepEqual(others, []);
});

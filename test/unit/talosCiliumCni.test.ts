import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { TalosCiliumCni } from "../../components/talosCiliumCni.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { isSecretInput, recordRegistrations, value } from "../harness/mocks.ts";

const registered = await recordRegistrations();
const inputsOf = (name: string) => registered.find((resource) => resource.name === name)?.inputs ?? {};
const make = (name: string, args: TalosCiliumCniArgs) => new TalosCiliumCni(name, { ...chartArgs(), ...args });

test("the outputs are those of the manifests, and nothing is made but the component", async () => {
  const cni = make("cilium", devStack);
  assert.match(await value(cni.manifest), /^---\napiVersion: v1\nkind: Namespace\n/);
  assert.match(await value(cni.manifestSha256), /^[0-9a-f]{64}$/);
  assert.match((await value(cni.loadBalancerManifest)) ?? "", /name: default-ip-pool/);
  const objects = await value(cni.objects);
  assert.match(objects["ConfigMap kube-system/cilium-config"] ?? "", /^[0-9a-f]{12}$/);
  assert.match(objects["CiliumLoadBalancerIPPool default-ip-pool"] ?? "", /^[0-9a-f]{12}$/);
  assert.equal((await value(cni.images)).length, 3);
  assert.deepEqual(await value(cni.warnings), []);
  for (const output of [cni.manifest, cni.manifestSha256, cni.objects] as const) {
    assert.equal(await pulumi.isSecret(output as pulumi.Output<unknown>), false);
  }
  await value(cni.urn);
  assert.deepEqual(
    registered.map(({ type, name }) => [type, name]),
    [["talos-cilium-cni:index:TalosCiliumCni", "cilium"]],
  );
  assert.deepEqual(inputsOf("cilium")["loadBalancer"], devStack.loadBalancer);
});

test("without pools and policies there is no LoadBalancer manifest", async () => {
  assert.equal(await value(make("plain", {}).loadBalancerManifest), undefined);
});

test("one podCidr changed is one object changed", async () => {
  const [one, other] = await Promise.all(
    [{}, { podCidr: "10.42.0.0/16" }].map((args, index) => value(make(`cidr-${index}`, args).objects)),
  );
  const changed = Object.keys(one ?? {}).filter((name) => one?.[name] !== other?.[name]);
  // The pods that read the configuration carry its checksum.
  assert.deepEqual(changed.sort(), [
    "ConfigMap kube-system/cilium-config",
    "DaemonSet kube-system/cilium",
    "Deployment kube-system/cilium-operator",
  ]);
});

test("what holds a private key is secret in every output and input that shows it", async () => {
  const cni = make("secret", {
    values: { azure: { enabled: true, clientSecret: "not-for-others" } },
  });
  assert.equal(await pulumi.isSecret(cni.manifest), true);
  assert.equal(await pulumi.isSecret(cni.manifestSha256), true);
  assert.equal((await value(cni.objects))["Secret kube-system/cilium-azure"], "secret");
  assert.match((await value(cni.warnings)).join("\n"), /^values\.azure/);
  await value(cni.urn);
  assert(isSecretInput(inputsOf("secret")["values"]));
});

test("inputs that cannot work are one error of the component, which Pulumi can inspect at once", () => {
  assert.throws(
    () => make("wrong", { podCidr: "x", namespace: "A" }),
    (error: unknown) => {
      assert(pulumi.ResourceError.isInstance(error));
      assert.match(error.message, /^2 inputs cannot work:\n {2}namespace: .*\n {2}podCidr: /);
      assert.equal(inspect(error), error.message);
      return true;
    },
  );
});

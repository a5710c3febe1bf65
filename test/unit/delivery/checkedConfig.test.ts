import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { ciliumValues } from "../../../components/cilium/values.ts";
import { checkedConfig } from "../../../components/delivery/checkedConfig.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { recordRegistrations } from "../../harness/mocks.ts";

await recordRegistrations();
const component = new pulumi.ComponentResource("test:index:Component", "component");
const warn = mock.method(pulumi.log, "warn", () => Promise.resolve());
const warnings = () => warn.mock.calls.map(({ arguments: [message] }) => String(message));
beforeEach(() => {
  warn.mock.resetCalls();
});

/** The checked config of a control plane. */
function configOf(machineConfiguration: pulumi.Input<string>, args: TalosCiliumCniArgs = {}): pulumi.Input<string> {
  const settings = resolveSettings({ delivery: "machineConfig", ...args });
  const machine = { machineConfiguration, input: "talos.controlPlanes[2]", isControlPlane: true };
  return checkedConfig(machine, { settings, values: ciliumValues(settings) }, component);
}
/** Everything of an Output that is rejected if an `apply` throws. */
interface OutputPromises {
  promise(): Promise<string>;
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
  readonly allResources: () => Promise<unknown>;
}

/** Waits for the value of an Output. Rejects with the error of an `apply`. */
async function valueOf(config: pulumi.Input<string>): Promise<string> {
  const output = pulumi.output(config) as unknown as OutputPromises;
  const value = output.promise();
  await Promise.allSettled([value, output.isKnown, output.isSecret, output.allResources()]);
  return value;
}

const silent = "version: v1alpha1\n";
const dual = "cluster: { network: { podSubnets: [10.244.0.0/16, fd40:10::/56] } }\n";
const forwarding = "machine: { features: { hostDNS: { enabled: true, forwardKubeDNSToHost: true } } }\n";
const kubeSpan = "machine: { network: { kubespan: { enabled: true } } }\n";
const bpf = { values: { bpf: { masquerade: true } } };

test("a text is passed on, because the plan has checked it", () => {
  for (const config of [silent, dual, kubeSpan]) assert.equal(configOf(config), config);
  assert.deepEqual(warnings(), []);
});

test("an Output without problems is passed on, and a secret stays one", async () => {
  const config = configOf(pulumi.secret(silent));
  assert.equal(await valueOf(config), silent);
  assert(await pulumi.isSecret(config as pulumi.Output<string>));
  assert.deepEqual(warnings(), []);
});

test("an Output with a warning is passed on, and the log has the warning", async () => {
  for (const config of [pulumi.output(kubeSpan), pulumi.secret(kubeSpan), Promise.resolve(kubeSpan)]) {
    warn.mock.resetCalls();
    assert.equal(await valueOf(configOf(config)), kubeSpan);
    const [warning = "", ...others] = warnings();
    assert.match(warning, /^talos\.controlPlanes\[2\]\.machineConfiguration: turns KubeSpan on/);
    assert.deepEqual(others, []);
  }
});

test("an Output with problems is an error of the component, with every problem", async () => {
  for (const [config, args, expected] of [
    [dual, {}, /^talos\.controlPlanes\[2\]\.machineConfiguration: has the podSubnets .*$/],
    [forwarding, bpf, /^talos\.controlPlanes\[2\]\.machineConfiguration: does not turn hostDNS\.forwardKubeDNSToHost off.*$/],
    [`${dual}---\n${forwarding}`, bpf, /^2 inputs cannot work:\n.* does not turn hostDNS.*\n.* has the podSubnets .*$/],
  ] as const) {
    await assert.rejects(valueOf(configOf(pulumi.output(config), args)), (error: unknown) => {
      assert(pulumi.ResourceError.isInstance(error));
      assert.match(error.message, expected);
      return true;
    });
  }
});

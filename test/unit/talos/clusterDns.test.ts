import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { forwardsKubeDns } from "../../../components/talos/clusterDns.ts";

const answers = [undefined, true, false];

test("the input decides, then the config, then Talos' default", () => {
  for (const input of answers) {
    for (const config of answers) {
      const settings = resolveSettings(input === undefined ? {} : { talos: { forwardKubeDNSToHost: input } });
      const [decisive = true] = [input, config].filter((each) => each !== undefined);
      assert.equal(forwardsKubeDns(settings, { forwardsKubeDns: config }), decisive, `${input} and ${config}`);
    }
    assert.equal(
      forwardsKubeDns(resolveSettings({ talos: input === undefined ? {} : { forwardKubeDNSToHost: input } })),
      input ?? true,
    );
  }
});

test("without the input and a config, the configs of all machines decide, and one that says nothing counts as on", () => {
  const off = "machine: { features: { hostDNS: { enabled: true, forwardKubeDNSToHost: false } } }\n";
  const on = off.replace("false", "true");
  const offDocument = "kind: ResolverConfig\nhostDNS: { enabled: true, forwardKubeDNSToHost: false }\n";
  for (const [controlPlanes, workers, expected] of [
    [[off], [], false],
    [[off, offDocument], [off], false],
    [[], [off], false],
    [[off], [on], true],
    [[on], [off], true],
    [[off], ["{}"], true],
    [["machine: [\n"], [], true],
    [[], [], true],
  ] as const) {
    const machines = (configs: readonly string[]) => configs.map((machineConfiguration) => ({ node: "a", machineConfiguration }));
    const args = { talos: { controlPlanes: machines(controlPlanes), workers: machines(workers) } };
    assert.equal(forwardsKubeDns(resolveSettings(args)), expected, JSON.stringify(args));
    assert.equal(forwardsKubeDns(resolveSettings(args), { forwardsKubeDns: undefined }), true);
  }
});

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

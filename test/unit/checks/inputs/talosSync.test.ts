import assert from "node:assert/strict";
import { test } from "node:test";
import { talosSyncChecks } from "../../../../components/checks/inputs/talosSync.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import { type ApplyMode, ApplyMode as modes } from "../../../../components/inputs/talosArgs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { allCheckResults } from "../../../harness/findings.ts";

const synced = (kubernetesVersion: string | undefined, applyMode: ApplyMode = "auto", sync = true): TalosCiliumCniArgs => ({
  delivery: "machineConfig",
  ...(kubernetesVersion !== undefined && { kubernetesVersion }),
  talos: {
    sync,
    applyMode,
    clientConfiguration: {} as never,
    controlPlanes: [{ node: "192.168.1.10", machineConfiguration: "{}" }],
  },
});

testExamples(talosSyncChecks, {
  "a sync without control planes": [
    [
      { delivery: "machineConfig", kubernetesVersion: "1.34.2", talos: { sync: true } },
      /^talos\.sync: is true, but talos\.controlPlanes is empty, .*, or leave talos\.sync out$/,
    ],
    [{ kubernetesVersion: "1.34.2", talos: { sync: true } }, /^talos\.sync: is true, but talos\.controlPlanes is empty/],
    [
      { delivery: "chart", kubernetesVersion: "1.34.2", talos: { sync: true } },
      /list the control planes \(delivery "machineConfig"\)/,
    ],
  ],
  "a sync without the exact Kubernetes version": [
    [synced(undefined), /^kubernetesVersion: is missing or has no patch release \("1\.\d+"\), .*; leave talos\.sync out if/],
    [synced("1.34"), /^kubernetesVersion: is missing or has no patch release \("1\.34"\), .* such as 1\.34\.2;/],
  ],
  "a sync of staged machine configs": [
    [
      synced("1.34.2", "staged"),
      /^talos\.applyMode: is "staged", .*; set talos\.applyMode to "staged_if_needing_reboot", or leave talos\.sync out$/,
    ],
  ],
});

test("a complete version and every other apply mode are accepted, and without a sync nothing is asked for", () => {
  const titles = new Set(talosSyncChecks.errors.map(({ title }) => title));
  const accepted = [
    ...Object.values(modes)
      .filter((mode) => mode !== "staged")
      .map((mode) => synced("1.34.2", mode)),
    synced("v1.34.2"),
    ...Object.values(modes).map((mode) => synced(undefined, mode, false)),
    { talos: { sync: false } },
  ];
  for (const args of accepted) {
    const results = allCheckResults(args).filter(({ check }) => titles.has(check ?? ""));
    assert.deepEqual(results, [], JSON.stringify(args));
  }
});

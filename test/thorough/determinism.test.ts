import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";

const values = {
  tolerations: [{ operator: "Exists", key: "node.kubernetes.io/not-ready" }],
  podAnnotations: { zeta: "1", alpha: "2" },
  extraConfig: { z: "1", a: "2" },
  operator: { prometheus: { enabled: false } },
  cluster: { name: "home" },
};

/** Renders these inputs, their keys shuffled, in a new process, and returns the hash of each manifest. */
async function renderInProcess(inputs: readonly object[], environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const script = join(import.meta.dirname, "..", "processes", "printManifestHashes.ts");
  const child = spawn(process.execPath, [script, JSON.stringify(inputs)], { env: environment });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  assert.equal(child.exitCode, 0, errors);
  return output.trim().split("\n");
}

test("100 renderings in 10 processes are byte-equal: keys in any order, with and without a kubeconfig, Hubble off and on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  const kubeconfig = join(folder, "config");
  const cluster = { name: "dead", cluster: { server: "https://127.0.0.1:1" } };
  const context = { name: "dead", context: { cluster: "dead", user: "nobody" } };
  writeFileSync(
    kubeconfig,
    JSON.stringify({ apiVersion: "v1", kind: "Config", clusters: [cluster], contexts: [context], "current-context": "dead" }),
  );
  const { KUBECONFIG: _, ...withoutKubeconfig } = process.env;
  const inputs = [
    { ...devStack, ...chartArgs(), values },
    { ...devStack, ...chartArgs(), values, hubble: { enabled: true, relay: true, ui: true } },
  ];
  const withKubeconfig = { ...withoutKubeconfig, KUBECONFIG: kubeconfig };
  const hashes: string[] = [];
  // Every rendering starts Helm anew, so one process may do several.
  const fiveTimes = Array.from({ length: 5 }, () => inputs).flat();
  for (let i = 0; i < 5; i++) {
    const pair = [renderInProcess(fiveTimes, withoutKubeconfig), renderInProcess(fiveTimes, withKubeconfig)];
    hashes.push(...(await Promise.all(pair)).flat());
  }
  rmSync(folder, { recursive: true });
  assert.equal(hashes.length, 100);
  for (const index of inputs.keys())
    assert.equal(new Set(hashes.filter((_, position) => position % inputs.length === index)).size, 1);
});

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findProgram } from "../../commands/lib/programs.ts";
import { withStack } from "../../commands/lib/stack.ts";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { runRefusedOperation } from "../harness/refusedOperation.ts";

const args = { ...devStack, ...chartArgs() };
/** A null, which the engine must not lose: it removes a value of the chart. */
const values = { envoy: { priorityClassName: null } };

/** Every file below a folder with its content, except for the CLI's own files in its home. */
function snapshot(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !`${entry.parentPath}/`.startsWith(`${folder}/home/`),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), "latin1")]),
  );
}

test("a second `up` changes nothing, `preview` names changed objects, `destroy` removes all", { timeout: 120_000 }, async () => {
  await withStack({ ...args, values }, async (stack) => {
    const outputs = await stack.up();
    assert.deepEqual(Object.keys(outputs).sort(), [
      "helmValues",
      "images",
      "loadBalancerManifest",
      "manifest",
      "manifestSha256",
      "objects",
      "warnings",
    ]);
    assert(Object.values(outputs).every(({ secret }) => !secret));
    assert.deepEqual(outputs["warnings"]?.value, []);
    const plan = createPlan({ ...args, values });
    // As JSON, which leaves out what is undefined, as the engine does, but not what is null.
    assert.deepEqual(outputs["helmValues"]?.value, JSON.parse(JSON.stringify(plan.values)));

    const secondUp = await stack.stack.up();
    assert.deepEqual(secondUp.summary.resourceChanges, { same: 2 });

    stack.configure({ ...args, values, podCidr: "10.42.0.0/16", allowUnsafeChanges: ["podCidr"] });
    const filesBefore = snapshot(stack.folder);
    const preview = await stack.stack.preview({ diff: true, color: "never" });
    const changedObjects = [...preview.stdout.matchAll(/^\s*~ "?(\w+ \S*\/?\S+?)"?\s*: "[0-9a-f]{12}" => "[0-9a-f]{12}"$/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual(
      [...new Set(changedObjects)].sort(),
      // The pods that read the configuration carry its checksum, so they change too.
      ["ConfigMap kube-system/cilium-config", "DaemonSet kube-system/cilium", "Deployment kube-system/cilium-operator"],
      preview.stdout,
    );
    assert.deepEqual(snapshot(stack.folder), filesBefore);

    const changedOutputs = await stack.up();
    assert.match(changedOutputs["manifest"]?.value as string, /ipv4-native-routing-cidr: 10\.42\.0\.0\/16/);
    const { summary } = await stack.stack.destroy();
    assert.deepEqual(summary.resourceChanges, { delete: 2 });
  });
});

test("wrong inputs give one error at preview, and nothing is recorded", { timeout: 120_000 }, () => {
  const wrongInputs = [
    [{ ...args, chart: { path: "/no/such/chart" } }, /^chart\.path: \/no\/such\/chart does not exist; name a chart archive .*$/],
    [
      { ...args, chart: { path: import.meta.filename, sha256: "0".repeat(64) } },
      /^chart\.sha256: .* has the SHA-256 [0-9a-f]{64}, not 0{64}; .*$/,
    ],
    [{ ...args, podCird: "10.42.0.0/16" }, /^podCird: is not an input; did you mean podCidr\? known are .*$/],
    [
      { ...args, "talos-cilium-cni:podCidr": "10.42.0.0/16", "kubernetes:namespace": "a", delivery: "helm" },
      /^2 inputs cannot work:\n {2}delivery: .*\n {2}talos-cilium-cni:podCidr: is not read, .*; rename it to homelab-talos-cni:podCidr .*$/,
    ],
    [{ ...args, podCidr: "x", delivery: "helm" }, /^2 inputs cannot work:\n {2}delivery: .*\n {2}podCidr: .*$/],
    [
      { ...args, chart: { repository: "http://127.0.0.1:1" } },
      /^chart\.repository: cilium 1\.19\.6 could not be downloaded from .*refused.*$/s,
    ],
  ] as const;
  for (const [inputs, expected] of wrongInputs) {
    const { message, resources } = runRefusedOperation({ operation: "preview", config: inputs });
    assert.match(message, expected);
    assert.deepEqual(resources, []);
  }
});

test("the engine passes the config on with its types, and the user's own backend stays empty", { timeout: 60_000 }, async () => {
  const userBackend = mkdtempSync(join(tmpdir(), "backend-"));
  const { PULUMI_BACKEND_URL } = process.env;
  process.env["PULUMI_BACKEND_URL"] = `file://${userBackend}`;
  try {
    const extraConfig = {
      date: "2024-01-01",
      number: "1_000",
      octal: "0400",
      word: "yes",
      binary: "0b11",
      time: "12:30:45",
      empty: "",
    };
    const inputs = { ...args, values: { extraConfig } };
    await withStack(inputs, async (stack) => {
      assert.equal((await stack.up())["manifestSha256"]?.value, createPlan(inputs).manifest.sha256);
    });
    assert.deepEqual(readdirSync(userBackend), []);
  } finally {
    if (PULUMI_BACKEND_URL === undefined) delete process.env["PULUMI_BACKEND_URL"];
    else process.env["PULUMI_BACKEND_URL"] = PULUMI_BACKEND_URL;
    rmSync(userBackend, { recursive: true });
  }
});

test("without Helm on PATH, the error says what to install", { timeout: 60_000 }, () => {
  const programs = mkdtempSync(join(tmpdir(), "only-pulumi-"));
  try {
    symlinkSync(findProgram("pulumi") ?? assert.fail("there is no pulumi"), join(programs, "pulumi"));
    const { message } = runRefusedOperation({ operation: "preview", config: args }, { ...process.env, PATH: programs });
    assert.match(message, /^helm: is not on PATH; install Helm .* and put it there$/);
  } finally {
    rmSync(programs, { recursive: true });
  }
});

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { said, withStack } from "../../commands/stack.ts";
import { chartArgs } from "../fixtures/charts.ts";
import { devStack } from "../fixtures/devStack.ts";

const args = { ...devStack, ...chartArgs() };

/** Every file below a folder with its content. */
function snapshot(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), "latin1")]),
  );
}

test("up, the same again, a change, and away", { timeout: 120_000 }, async () => {
  await withStack(args, async (stack) => {
    const outputs = await stack.up();
    assert.deepEqual(Object.keys(outputs).sort(), [
      "images",
      "loadBalancerManifest",
      "manifest",
      "manifestSha256",
      "objects",
      "warnings",
    ]);
    assert(Object.values(outputs).every(({ secret }) => !secret));
    assert.deepEqual(outputs["warnings"]?.value, []);

    const again = await stack.stack.up();
    assert.deepEqual(again.summary.resourceChanges, { same: 2 });

    stack.configure({ ...args, podCidr: "10.42.0.0/16" });
    const before = snapshot(stack.folder);
    const preview = await stack.stack.preview({ diff: true, color: "never" });
    const named = [...preview.stdout.matchAll(/^\s*~ "?(\w+ \S*\/?\S+?)"?\s*: "[0-9a-f]{12}" => "[0-9a-f]{12}"$/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual(
      [...new Set(named)].sort(),
      // The pods that read the configuration carry its checksum, so they change too.
      ["ConfigMap kube-system/cilium-config", "DaemonSet kube-system/cilium", "Deployment kube-system/cilium-operator"],
      preview.stdout,
    );
    assert.deepEqual(Object.keys(snapshot(stack.folder)).filter(isProject), Object.keys(before).filter(isProject));

    const changed = await stack.up();
    assert.match(changed["manifest"]?.value as string, /ipv4-native-routing-cidr: 10\.42\.0\.0\/16/);
    const { summary } = await stack.stack.destroy();
    assert.deepEqual(summary.resourceChanges, { delete: 2 });
  });
});

/** Not what the CLI keeps for itself in its home. */
const isProject = (file: string) => !/[/\\]home[/\\]/.test(file);

test("what cannot work is one error at preview, and nothing is touched", { timeout: 120_000 }, async () => {
  await withStack(args, async (stack) => {
    const wrong = [
      [
        { ...args, ciliumVersion: "latest" },
        /^ciliumVersion: "latest" is not a release such as 1\.18\.4; supported are releases of .*$/,
      ],
      [{ ...args, podCidr: "10.244.0.0" }, /^podCidr: "10\.244\.0\.0" is no IPv4 range; .*$/],
      [{ ...args, chart: { path: "/no/such/chart" } }, /^chart\.path: there is no \/no\/such\/chart; name a chart archive .*$/],
      [
        { ...args, chart: { path: import.meta.filename, sha256: "0".repeat(64) } },
        /^chart\.sha256: .* has [0-9a-f]{64}, not 0{64}; .*$/,
      ],
      [{ ...args, podCidr: "x", delivery: "helm" as "manifest" }, /^2 inputs cannot work:\n {2}delivery: .*\n {2}podCidr: .*$/],
      [
        { ...args, chart: { repository: "http://127.0.0.1:1" } },
        /^chart\.repository: cilium 1\.18\.4 cannot be had from .*connection refused.*$/s,
      ],
    ] as const;
    for (const [inputs, message] of wrong) {
      stack.configure(inputs);
      await assert.rejects(
        said((onEvent) => stack.stack.preview({ onEvent, color: "never" })),
        { name: "EngineError", message },
      );
    }
    await assert.rejects(stack.up(), { name: "EngineError" });
    const { deployment } = (await stack.stack.exportStack()) as { deployment: { resources?: { type: string }[] } };
    assert.deepEqual(
      (deployment.resources ?? []).filter(({ type }) => !/pulumi:Stack|TalosCiliumCni/.test(type)),
      [],
    );
  });
});

test("without Helm, the engine says what to install", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "only-pulumi-"));
  const path = process.env["PATH"];
  try {
    for (const program of ["pulumi", "node", "git"]) symlinkSync(locate(program), join(folder, program));
    await withStack(args, async (stack) => {
      process.env["PATH"] = folder;
      await assert.rejects(stack.up(), {
        name: "EngineError",
        message: /^helm: cannot be started .*; install Helm .* and put it on PATH$/,
      });
    });
  } finally {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  }
});

function locate(program: string): string {
  const folder = process.env["PATH"]
    ?.split(delimiter)
    .find((candidate) => spawnSync(join(candidate, program), ["version"]).error === undefined);
  assert(folder !== undefined);
  return join(folder, program);
}

test("a private key is nowhere in clear: not in the state, not in the outputs", { timeout: 60_000 }, async () => {
  const key = "not-for-the-eyes-of-others";
  const values = { azure: { enabled: true, clientSecret: key }, extraConfig: { pem: "-----BEGIN PRIVATE KEY-----" } };
  await withStack({ ...args, values }, async (stack) => {
    const outputs = await stack.up();
    assert.deepEqual(
      Object.entries(outputs).flatMap(([name, { secret }]) => (secret ? [name] : [])),
      ["manifest", "manifestSha256"],
    );
    // As it lies on disk; the Automation API exports the secrets in clear.
    const [state = "{}"] = Object.entries(snapshot(join(stack.folder, "state"))).flatMap(([file, content]) =>
      file.endsWith("stacks/homelab-talos-cni/dev.json") ? [content] : [],
    );
    assert.match(state, /TalosCiliumCni/);
    for (const secret of [key, btoa(key), "PRIVATE KEY", outputs["manifestSha256"]?.value as string])
      assert(!state.includes(secret), secret);
  });
});

test("encrypted config is refused, since the manifest would show it", { timeout: 60_000 }, async () => {
  await withStack(args, async (stack) => {
    await stack.stack.setConfig("values.tls.ca.key", { value: "hidden", secret: true }, true);
    await assert.rejects(stack.up(), {
      name: "EngineError",
      message: /^homelab-talos-cni:values is encrypted, but what is rendered from it is not; /,
    });
  });
});

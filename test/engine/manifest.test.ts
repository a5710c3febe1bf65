import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { root } from "../../commands/lib/stack.ts";
import { runUnchecked, run } from "../../tools/childProcess.mjs";
import { Clone } from "../../commands/lib/clone.ts";

const folder = mkdtempSync(join(tmpdir(), "manifest-"));
after(() => {
  rmSync(folder, { recursive: true });
});

function manifest(environment: Record<string, string>) {
  const { status, stderr } = runUnchecked(process.execPath, [join(root, "tools", "run.mjs"), "commands/manifest.ts"], {
    cwd: root,
    env: { ...process.env, INIT_CWD: "", NO_COLOR: "1", ...environment },
  });
  return { status, said: stderr };
}
const changed = () => run("git", ["status", "--porcelain"], { cwd: root });

test("npm run manifest writes both files, and leaves them alone the next time", { timeout: 120_000 }, () => {
  const before = changed();
  const file = join(folder, "out", "cilium.yaml");
  const first = manifest({ OUTPUT_FILE: file, POD_CIDR: "10.42.0.0/16" });
  assert.equal(first.status, 0, first.said);
  for (const line of ["Cilium    1.18.4, for Kubernetes 1.33", "images    quay.io/cilium/"])
    assert(first.said.includes(line), first.said);
  assert.match(first.said, /^sha256 {4}[0-9a-f]{64}$/m);
  assert.match(first.said, /gateway-api\/releases\/download\/v1\.2\.0\/standard-install\.yaml/);
  // No warning but where the chart came from, when it was not the repository.
  assert.match(first.said, /^warnings {2}(?:none|chart: there is no connection to https:\/\/helm\.cilium\.io; .*)$/m);
  assert.match(readFileSync(file, "utf8"), /ipv4-native-routing-cidr: 10\.42\.0\.0\/16/);
  assert.match(readFileSync(join(folder, "out", "cilium-lb.yaml"), "utf8"), /cidr: 192\.168\.1\.200\/29/);
  assert.deepEqual(readdirSync(join(folder, "out")), ["cilium-lb.yaml", "cilium.yaml"]);

  const { mtimeMs } = statSync(file);
  const second = manifest({ OUTPUT_FILE: file, POD_CIDR: "10.42.0.0/16" });
  assert.match(second.said, /cilium\.yaml unchanged/);
  assert.equal(statSync(file).mtimeMs, mtimeMs);
  assert.match(manifest({ OUTPUT_FILE: file }).said, /cilium\.yaml changed\n.*cilium-lb\.yaml unchanged/);
  assert.equal(changed(), before);
});

test("what cannot work is one error, before anything starts and with nothing written", { timeout: 120_000 }, () => {
  const blocked = join(folder, "file");
  writeFileSync(blocked, "");
  for (const [environment, message] of [
    [{ CILIUM_VERSION: "latest" }, /^error: ciliumVersion: "latest" is not a release .*\n$/],
    [{ POD_CIDR: "10.244.0.0" }, /^error: podCidr: "10\.244\.0\.0" is no IPv4 range; .*\n$/],
    [{ POD_CIDR: "x", SERVICE_CIDR: "y" }, /^error: 2 inputs cannot work:\n {2}podCidr: .*\n {2}serviceCidr: .*\n$/],
    [{ OUTPUT_FILE: join(blocked, "x.yaml") }, /^error: .*x\.yaml cannot be written: .*; set OUTPUT_FILE to another path\n$/],
    [{ OUTPUT_FILE: folder }, /^error: .* cannot be written: it is not a file; .*\n$/],
    [{ OUTPUT_FILE: "/proc/none/x.yaml" }, /^error: \/proc\/none\/x\.yaml cannot be written: .*\n$/],
  ] as const) {
    const output = join(folder, "new", "x.yaml");
    const { status, said } = manifest({ OUTPUT_FILE: output, ...environment });
    assert.equal(status, 1);
    assert.match(said, message);
    assert(!existsSync(join(folder, "new")));
  }
});

test(
  "npm run manifest with secretValues: a file for its owner only, and nothing of them is printed",
  { timeout: 120_000 },
  async () => {
    const secret = "not-for-the-eyes-of-others";
    const clone = new Clone();
    try {
      const config = join(clone.folder, "Pulumi.dev.yaml");
      const withSecret = (value: string) => {
        writeFileSync(config, `config:\n  homelab-talos-cni:secretValues:\n    extraConfig:\n      token: ${value}\n`);
        return clone.runUnchecked("npm", ["run", "manifest"]);
      };
      const { status, printed } = await withSecret(secret);
      assert.equal(status, 0, printed);
      assert.match(printed, /^sha256 {4}\(secret\)$/m);
      const file = join(clone.folder, "manifests", "cilium-cni-1.18.4.yaml");
      assert.match(readFileSync(file, "utf8"), new RegExp(`^ {2}token: ${secret}$`, "m"));
      assert.equal(statSync(file).mode & 0o777, 0o600);
      const changed = await withSecret(`${secret}-changed`);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      const checked = await clone.runUnchecked("npm", ["run", "manifest", "--", "--check"], { OUTPUT_FILE: config });
      assert.equal(checked.status, 1);
      for (const { printed } of [changed, checked]) assert(!printed.includes(secret));

      const encrypted = await withSecret("{ secure: v1:abcdef:0123456789 }");
      assert.equal(encrypted.status, 1);
      assert.match(
        encrypted.printed,
        /^error: homelab-talos-cni:secretValues is encrypted, and this command has no access to your stack's key; run pulumi up, /m,
      );
    } finally {
      clone.remove();
    }
  },
);
